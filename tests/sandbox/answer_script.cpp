#include "tests/sandbox/answer_script.hpp"

#include <algorithm>
#include <map>

namespace sandbox {
namespace {

using Stops = std::map<std::uint64_t, Millis>;  // before which byte, for how long

Stops stops_of(const Extent& extent, const std::vector<Pause>& pauses,
               const std::optional<Dripping>& drip) {
    Stops stops{{0, Millis{0}}};
    for (auto const& pause : pauses) stops[resolve(pause.at, extent)] += pause.length;
    if (!drip) return stops;
    for (auto at = resolve(drip->at, extent); at < extent.size; at += drip->bytes) {
        stops[at] += drip->pause;
    }
    return stops;
}

std::string random_bytes(std::uint64_t size, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::string bytes(size, '\0');
    for (auto& byte : bytes) byte = static_cast<char>(random() & 0xffU);
    return bytes;
}

}  // namespace

Extent extent_of(const std::string& message) {
    auto const end = message.find("\r\n\r\n");
    return {end == std::string::npos ? message.size() : end + 4, message.size()};
}

void corrupt(std::string& message, const Corruption& corruption) {
    auto const at = resolve(corruption.at, extent_of(message));
    if (corruption.flip != 0 && at < message.size()) {
        message[at] = static_cast<char>(static_cast<std::uint8_t>(message[at]) ^ corruption.flip);
    }
    message.insert(at, corruption.insert + random_bytes(corruption.garbage, corruption.seed));
}

Script make_script(const std::string& wire, std::uint64_t cut_at, const std::vector<Pause>& pauses,
                   const std::optional<Dripping>& drip) {
    Script script;
    script.whole = cut_at >= wire.size();
    auto const stops = stops_of(extent_of(wire), pauses, drip);
    for (auto stop = stops.begin(); stop != stops.end() && stop->first <= cut_at; ++stop) {
        auto const next = std::next(stop);
        auto const end = std::min(next == stops.end() ? cut_at : next->first, cut_at);
        script.pieces.push_back({stop->second, wire.substr(stop->first, end - stop->first)});
    }
    return script;
}

}  // namespace sandbox
