// Backends that hand proofs in: many with one at a time over keep-alive, or one with many at once.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>

namespace bench {

struct Acknowledged {
    int proofs{0};
    double seconds{0};
    [[nodiscard]] double per_second() const { return proofs / seconds; }
};

// What tells one run's proofs from another's, and the lock sessions ("lock-0" …) they go to in
// turn.
struct Proofs {
    std::string prefix;
    int sessions{1};
    [[nodiscard]] std::string line(int number) const;  // JSON, without a line end
};

// `clients` connections, each with one proof after the other, from one thread. Throws when an
// answer is not 201.
[[nodiscard]] Acknowledged hand_in_singly(const std::filesystem::path& socket, const Proofs& proofs,
                                          int clients, std::chrono::seconds duration);

// One body of NDJSON. Throws when a line's answer is not 201.
[[nodiscard]] Acknowledged hand_in_lines(const std::filesystem::path& socket, const Proofs& proofs,
                                         int count);

[[nodiscard]] double seconds_since(std::chrono::steady_clock::time_point begin);

}  // namespace bench
