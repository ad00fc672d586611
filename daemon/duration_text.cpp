#include "daemon/duration_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>

namespace cadenced {
namespace {

struct Unit {
    char letter;
    std::chrono::seconds length;
};

constexpr std::array kUnits{Unit{'d', std::chrono::hours{24}}, Unit{'h', std::chrono::hours{1}},
                            Unit{'m', std::chrono::minutes{1}}, Unit{'s', std::chrono::seconds{1}}};
constexpr std::chrono::seconds kLongest{std::chrono::hours{24 * 10'000}};

}  // namespace

std::optional<cadence::Duration> parse_duration(std::string_view text) {
    if (text.size() < 2) return std::nullopt;
    const auto unit = std::find_if(kUnits.begin(), kUnits.end(),
                                   [&text](const Unit& one) { return one.letter == text.back(); });
    if (unit == kUnits.end() || text.front() == '-') return std::nullopt;
    std::int64_t count = 0;
    const char* const end = text.data() + text.size() - 1;
    const auto [stop, error] = std::from_chars(text.data(), end, count);
    if (error != std::errc{} || stop != end) return std::nullopt;
    if (count > kLongest / unit->length) return std::nullopt;
    return unit->length * count;
}

std::string to_duration_text(cadence::Duration duration) {
    const auto whole = std::chrono::floor<std::chrono::seconds>(duration);
    if (whole == std::chrono::seconds{0}) return "0s";
    for (const Unit& unit : kUnits) {
        if (whole % unit.length == std::chrono::seconds{0}) {
            return std::to_string(whole / unit.length) + unit.letter;
        }
    }
    return std::to_string(whole.count()) + "s";
}

}  // namespace cadenced
