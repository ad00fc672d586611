// A place in a message, told before the message exists. Counted in bytes of plain HTTP; of a
// handshake in bytes of TCP.
#pragma once

#include <cstdint>
#include <optional>

namespace sandbox {

// How long a message is, and how much of it is its head: up to and with the empty line.
struct Extent {
    std::uint64_t head{0};
    std::uint64_t size{0};
};

struct Position {
    enum class From { Start, End, HeadHalf, HeadEnd, BodyHalf, Random };
    From from{From::Start};
    std::uint64_t offset{0};  // Start: counted up; End: counted down; Random: the number drawn
};

// How many bytes lie before the position: 0 to all of them.
[[nodiscard]] std::uint64_t resolve(const Position& position, const Extent& extent);

// The same of a message of which only the beginning is known: empty while its end matters.
[[nodiscard]] std::optional<std::uint64_t> resolve_early(const Position& position);

// Successive strikes walk over a message: from, from + step … up to and with `to`, or its end.
struct Sweep {
    std::uint64_t step{1};
    std::optional<std::uint64_t> to;
};

}  // namespace sandbox
