// An answer as a list of writes: where it pauses, drips, is corrupted or cut. Pure; the server
// performs it.
#pragma once

#include <string>
#include <vector>

#include "tests/sandbox/faults.hpp"

namespace sandbox {

struct Piece {
    Millis pause{0};    // before it
    std::string bytes;  // written at once, as TLS records of their own
};

struct Script {
    std::vector<Piece> pieces;
    bool whole{true};  // false: it was cut
};

[[nodiscard]] Extent extent_of(const std::string& message);

// Corrupts a message in place.
void corrupt(std::string& message, const Corruption& corruption);

// `cut_at` is the number of bytes that are written at all.
[[nodiscard]] Script make_script(const std::string& wire, std::uint64_t cut_at,
                                 const std::vector<Pause>& pauses,
                                 const std::optional<Dripping>& drip);

}  // namespace sandbox
