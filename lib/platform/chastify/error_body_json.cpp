#include <algorithm>

#include "platform/chastify/error_body.hpp"
#include "platform/chastify/lenient_json.hpp"

namespace chastify {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kLongestCode = 64;

bool is_code(const std::string& text) {
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
    };
    return !text.empty() && text.size() <= kLongestCode && text[0] >= 'a' && text[0] <= 'z' &&
           std::all_of(text.begin(), text.end(), allowed);
}

// The object that carries `code` and `message`: the one under `error`, else the body itself.
const Json& carrier_of(const Json& json) {
    const Json* error = find_member(json, "error");
    return error != nullptr && error->is_object() ? *error : json;
}

std::string find_code(const Json& json) {
    for (const auto& candidate : {find_text(json, "error"), find_text(carrier_of(json), "code")}) {
        if (candidate && is_code(*candidate)) return *candidate;
    }
    return "";
}

bool is_blank(std::string_view text) {
    return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

}  // namespace

ErrorBody parse_error_body(std::string_view body) {
    ErrorBody result;
    result.empty = is_blank(body);
    const Json json = parse_leniently(body);
    result.json = !result.empty && !json.is_discarded();
    if (!result.json) {
        result.text = body;
        return result;
    }
    result.code = find_code(json);
    // Written anew rather than quoted: "\/" or "\u0041" would hide a secret from the redaction.
    const std::string whole = json.dump(-1, ' ', false, Json::error_handler_t::replace);
    result.text = find_text(carrier_of(json), "message").value_or(whole);
    return result;
}

}  // namespace chastify
