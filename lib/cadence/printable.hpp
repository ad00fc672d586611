// Text from outside, made fit for one line of a log or of an error. Pure.
#pragma once

#include <string>
#include <string_view>

namespace cadence {

// Control characters (line feeds above all) become \n, \t or \xNN; the rest, UTF-8 included, stays.
[[nodiscard]] std::string to_printable(std::string_view text);

// In double quotes, with those in it and backslashes escaped: one value of a log line, whatever it
// holds.
[[nodiscard]] std::string to_quoted(std::string_view text);

// As the value of key=value: in double quotes where it holds spaces, quotes, '=' or nothing at all.
[[nodiscard]] std::string to_log_value(std::string_view text);

}  // namespace cadence
