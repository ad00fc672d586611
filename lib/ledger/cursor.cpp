#include "ledger/cursor.hpp"

#include <charconv>
#include <string_view>

namespace ledger {
namespace {

constexpr std::string_view kDigits = "0123456789abcdef";
constexpr char kBetween = '\n';  // in no id, metric or number

tl::unexpected<cadence::Error> not_ours() {
    return cadence::fail(cadence::ErrorCode::InvalidArgument,
                         "cursor: give back nextCursor of the page before, unchanged", "cursor");
}

std::optional<std::string> unhex(const std::string& text) {
    if (text.size() % 2 != 0) return std::nullopt;
    std::string bytes;
    for (std::size_t i = 0; i < text.size(); i += 2) {
        const auto high = kDigits.find(text[i]);
        const auto low = kDigits.find(text[i + 1]);
        if (high == std::string_view::npos || low == std::string_view::npos) return std::nullopt;
        bytes.push_back(static_cast<char>(high * 16 + low));
    }
    return bytes;
}

std::vector<std::string> split(const std::string& text) {
    std::vector<std::string> parts;
    std::size_t begin = 0;
    while (true) {
        const std::size_t end = text.find(kBetween, begin);
        parts.push_back(text.substr(begin, end - begin));
        if (end == std::string::npos) return parts;
        begin = end + 1;
    }
}

}  // namespace

std::string make_cursor(const std::string& list, const std::vector<std::string>& key) {
    std::string plain = list;
    for (const std::string& part : key) plain += kBetween + part;
    std::string cursor;
    for (const char c : plain) {
        const auto byte = static_cast<unsigned char>(c);
        cursor += kDigits[byte >> 4U];
        cursor += kDigits[byte & 0xFU];
    }
    return cursor;
}

cadence::Result<std::vector<std::string>> parse_cursor(const std::string& list,
                                                       const std::string& cursor,
                                                       std::size_t parts) {
    const auto plain = unhex(cursor);
    if (!plain) return not_ours();
    auto found = split(*plain);
    if (found.size() != parts + 1 || found.front() != list) return not_ours();
    found.erase(found.begin());
    return found;
}

cadence::Result<std::int64_t> parse_cursor_number(const std::string& part) {
    std::int64_t value = 0;
    const char* const last = part.data() + part.size();
    const auto [end, error] = std::from_chars(part.data(), last, value);
    if (error != std::errc{} || end != last) return not_ours();
    return value;
}

}  // namespace ledger
