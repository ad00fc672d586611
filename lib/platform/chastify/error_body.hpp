// The body of an answer that is no success. Its shape is not documented; seen or plausible are
// {"error":"code"}, {"error":{"code","message"}}, {"code","message"}, an empty body and HTML. Pure.
#pragma once

#include <string>
#include <string_view>

namespace chastify {

struct ErrorBody {
    bool empty{false};  // nothing, or white space
    bool json{false};   // valid JSON, of any kind
    // A machine's word, [a-z][a-z0-9_.-]{0,63}; empty where there is none. A sentence or a
    // gateway's "NotFound" is not one: a lock session must not end because of a proxy's courtesy.
    std::string code;
    std::string text;  // what a person should read: the message, else the body; not yet redacted
};

[[nodiscard]] ErrorBody parse_error_body(std::string_view body);

}  // namespace chastify
