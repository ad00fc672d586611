#include "engine/answer_text.hpp"

#include <fmt/format.h>

namespace engine {

std::string text_of(const cadence::Answer& answer) {
    return fmt::format("outcome={} status={} code={} ms={} detail=\"{}\"", to_string(answer.kind),
                       answer.http_status, answer.code, answer.elapsed.count(), answer.detail);
}

}  // namespace engine
