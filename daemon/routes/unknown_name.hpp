// What to say of a field or parameter that nobody knows. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cadenced::wire {

// "weekstart" among {weekStart, …}: `is not known here; did you mean weekStart?`, else what there
// is.
[[nodiscard]] std::string explain_unknown(std::string_view name,
                                          const std::vector<std::string>& known);

// A name from outside as it may be repeated: itself when it is short and plain. Anything else could
// be a secret in the wrong place and becomes "(not repeated)".
[[nodiscard]] std::string repeatable_name(std::string_view name);

}  // namespace cadenced::wire
