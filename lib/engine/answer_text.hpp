// An answer as the log shows it.
#pragma once

#include <string>

#include "cadence/delivery.hpp"

namespace engine {

[[nodiscard]] std::string text_of(const cadence::Answer& answer);

}  // namespace engine
