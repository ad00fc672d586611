#include "platform/chastify/redaction.hpp"

#include <algorithm>

namespace chastify {
namespace {

constexpr std::string_view kInstead = "[redacted]";
// This much of a secret's beginning counts as the secret: a body may have been cut, and some
// servers show the first half of what they refuse.
constexpr std::size_t kTellingPart = 6;

std::size_t common_length(std::string_view a, std::string_view b) {
    const auto differs = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
    return static_cast<std::size_t>(differs.first - a.begin());
}

// How much of a secret, whole or from its beginning on, stands at the beginning of the text. Of all
// secrets at once: two may begin alike, and the rest of the longer match would stay.
std::size_t secret_length(const std::vector<cadence::Secret>& secrets, std::string_view text) {
    std::size_t longest = 0;
    for (const auto& secret : secrets) {
        const std::size_t length = common_length(secret.reveal(), text);
        const bool tells = length >= kTellingPart || length == secret.reveal().size();
        if (tells) longest = std::max(longest, length);
    }
    return longest;
}

std::string without(const std::vector<cadence::Secret>& secrets, std::string_view text) {
    std::string result;
    while (!text.empty()) {
        const std::size_t length = secret_length(secrets, text);
        result += length > 0 ? kInstead : text.substr(0, 1);
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return result;
}

// How many bytes the well-formed UTF-8 sequence at the beginning has; 0: it is not well-formed.
std::size_t sequence_length(std::string_view text) {
    const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char lead = byte(0);
    if (lead < 0x80) return 1;
    const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return 0;
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xC0U) != 0x80) return 0;
    }
    const unsigned char second = byte(1);
    const bool overlong = (lead == 0xE0 && second < 0xA0) || (lead == 0xF0 && second < 0x90);
    const bool too_large = (lead == 0xED && second > 0x9F) || (lead == 0xF4 && second > 0x8F);
    // U+0080..U+009F are control characters, too.
    const bool control = lead == 0xC2 && second < 0xA0;
    return overlong || too_large || control ? 0 : length;
}

std::string printable(std::string_view text, std::size_t longest) {
    std::string result;
    while (!text.empty()) {
        const std::size_t length = sequence_length(text);
        const bool control = static_cast<unsigned char>(text[0]) < 0x20 || text[0] == 0x7f;
        std::string_view piece = text.substr(0, std::max<std::size_t>(length, 1));
        if (length == 0) piece = "?";
        if (control) piece = " ";
        if (result.size() + piece.size() > longest) break;
        result += piece;
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return result;
}

}  // namespace

Redaction::Redaction(std::vector<cadence::Secret> secrets) : secrets_(std::move(secrets)) {
    std::erase_if(secrets_, [](const cadence::Secret& secret) { return secret.empty(); });
}

std::string Redaction::shown(std::string_view text) const {
    return printable(without(secrets_, text), kLongest);
}

bool Redaction::betrays(std::string_view text) const {
    return std::any_of(secrets_.begin(), secrets_.end(), [text](const cadence::Secret& secret) {
        const bool holds = text.find(secret.reveal()) != std::string_view::npos;
        const bool is_part =
            text.size() >= kTellingPart && secret.reveal().find(text) != std::string_view::npos;
        return holds || is_part;
    });
}

}  // namespace chastify
