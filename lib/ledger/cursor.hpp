// Where a page of a list ended: opaque to whoever carries it, a key of the next page to us.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cadence/error.hpp"

namespace ledger {

// `list` tells the lists apart, so that one's cursor is refused by another.
[[nodiscard]] std::string make_cursor(const std::string& list, const std::vector<std::string>& key);

// The key's parts, exactly `parts` of them. Errors: InvalidArgument, field "cursor".
[[nodiscard]] cadence::Result<std::vector<std::string>> parse_cursor(const std::string& list,
                                                                     const std::string& cursor,
                                                                     std::size_t parts);

// A part that is a number. Errors as above.
[[nodiscard]] cadence::Result<std::int64_t> parse_cursor_number(const std::string& part);

}  // namespace ledger
