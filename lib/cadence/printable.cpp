#include "cadence/printable.hpp"

#include <algorithm>

namespace cadence {
namespace {

constexpr char kHex[] = "0123456789abcdef";

void append_escaped(std::string& out, char c) {
    const auto byte = static_cast<unsigned char>(c);
    switch (c) {
        case '\n':
            out += "\\n";
            return;
        case '\r':
            out += "\\r";
            return;
        case '\t':
            out += "\\t";
            return;
        default:
            break;
    }
    if (byte >= 0x20 && byte != 0x7f) {
        out += c;
        return;
    }
    out += "\\x";
    out += kHex[byte >> 4U];
    out += kHex[byte & 0xfU];
}

}  // namespace

std::string to_printable(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (const char c : text) append_escaped(out, c);
    return out;
}

std::string to_quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        append_escaped(out, c);
    }
    return out + '"';
}

std::string to_log_value(std::string_view text) {
    const bool plain = !text.empty() && std::none_of(text.begin(), text.end(), [](char c) {
        return c == ' ' || c == '"' || c == '=' || c == '\\';
    });
    return plain ? to_printable(text) : to_quoted(text);
}

}  // namespace cadence
