// The body of an error. The platform documents codes and not their shape, so a client must read all
// of these; the sandbox speaks whichever it is told to.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "tests/sandbox/http.hpp"

namespace sandbox {

enum class ErrorShape {
    Flat,    // {"error":"code"}
    Nested,  // {"error":{"code":"…","message":"…"}}
    Plain,   // {"code":"…","message":"…"}
    Empty,   // no body at all
    Html,    // a page that names no code
};

[[nodiscard]] const char* to_string(ErrorShape shape);
[[nodiscard]] std::optional<ErrorShape> parse_error_shape(std::string_view text);

[[nodiscard]] HttpReply make_error(int status, std::string_view code, std::string_view message,
                                   ErrorShape shape);

[[nodiscard]] std::string html_page(int status);

}  // namespace sandbox
