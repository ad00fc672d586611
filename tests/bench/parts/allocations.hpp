// Allocations of this program, counted by its own operator new.
#pragma once

namespace bench {

[[nodiscard]] long allocations();

}  // namespace bench
