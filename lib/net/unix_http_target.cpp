#include "net/unix_http_target.hpp"

#include <algorithm>

#include "net/http_message.hpp"

namespace net {

namespace {

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

bool is_control(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
}

// How many bytes follow a lead byte, or nothing when it cannot lead.
std::optional<std::size_t> continuation_bytes(unsigned char lead) {
    if (lead < 0x80) return 0;
    if (lead >= 0xc2 && lead <= 0xdf) return 1;
    if (lead >= 0xe0 && lead <= 0xef) return 2;
    if (lead >= 0xf0 && lead <= 0xf4) return 3;
    return std::nullopt;
}

// Overlong forms, surrogates and what lies beyond U+10FFFF show in the second byte.
bool is_second_byte(unsigned char lead, unsigned char second) {
    if (lead == 0xe0) return second >= 0xa0;
    if (lead == 0xed) return second <= 0x9f;
    if (lead == 0xf0) return second >= 0x90;
    if (lead == 0xf4) return second <= 0x8f;
    return true;
}

bool is_utf8(std::string_view text) {
    for (std::size_t i = 0; i < text.size();) {
        const auto lead = static_cast<unsigned char>(text[i]);
        const auto more = continuation_bytes(lead);
        if (!more || i + *more >= text.size()) return false;
        for (std::size_t k = 1; k <= *more; ++k) {
            const auto byte = static_cast<unsigned char>(text[i + k]);
            if (byte < 0x80 || byte > 0xbf) return false;
            if (k == 1 && !is_second_byte(lead, byte)) return false;
        }
        i += *more + 1;
    }
    return true;
}

std::optional<std::string> decode(std::string_view text) {
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        if (c == '%') {
            if (i + 2 >= text.size()) return std::nullopt;
            const int high = hex_digit(text[i + 1]);
            const int low = hex_digit(text[i + 2]);
            if (high < 0 || low < 0) return std::nullopt;
            c = static_cast<char>(high * 16 + low);
            i += 2;
        }
        if (is_control(c)) return std::nullopt;
        decoded.push_back(c);
    }
    if (!is_utf8(decoded)) return std::nullopt;
    return decoded;
}

std::string_view cut_front(std::string_view& rest, char separator) {
    const auto end = std::min(rest.find(separator), rest.size());
    const auto piece = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return piece;
}

bool parse_path(std::string_view path, HttpTarget& parsed) {
    path.remove_prefix(1);
    if (path.empty()) return true;
    const bool ends_empty = path.back() == '/';
    while (!path.empty()) {
        auto segment = decode(cut_front(path, '/'));
        if (!segment) return false;
        parsed.path.push_back(std::move(*segment));
    }
    if (ends_empty) parsed.path.emplace_back();
    return true;
}

bool parse_query(std::string_view query, HttpTarget& parsed) {
    while (!query.empty()) {
        auto rest = cut_front(query, '&');
        if (rest.empty()) continue;
        auto name = decode(cut_front(rest, '='));
        auto value = decode(rest);
        if (!name || !value) return false;
        parsed.query.emplace_back(std::move(*name), std::move(*value));
    }
    return true;
}

}  // namespace

std::optional<HttpTarget> parse_target(std::string_view target) {
    if (target.empty() || target.front() != '/') return std::nullopt;
    if (target.find('#') != std::string_view::npos) return std::nullopt;
    auto query = target;
    const auto path = cut_front(query, '?');
    HttpTarget parsed;
    if (!parse_path(path, parsed) || !parse_query(query, parsed)) return std::nullopt;
    return parsed;
}

bool is_local_host(std::string_view host) {
    const auto name = to_lower(cut_front(host, ':'));
    const bool digits =
        std::all_of(host.begin(), host.end(), [](char c) { return c >= '0' && c <= '9'; });
    return (name == "cadenced" || name == "localhost") && digits && host.size() <= 5;
}

}  // namespace net
