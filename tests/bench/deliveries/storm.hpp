// A launch storm: many lock sessions, each with a live token and several due writes, all due at one
// instant, delivered by the real daemon from a real ledger.
#pragma once

#include <chrono>
#include <cstdint>

#include "tests/bench/deliveries/peer.hpp"

namespace bench {

// One write of a lock session is in flight at a time, so what runs beside each other is its number.
struct StormPlan {
    enum class What { Progress, Punishments };
    What what{What::Progress};
    int connections{64};
    int sessions{256};
    int each{16};  // deliveries a lock session
    [[nodiscard]] int deliveries() const { return sessions * each; }
};

struct StormCost {
    std::chrono::nanoseconds cpu{0};  // the daemon's, both threads, user and system
    std::int64_t syncs{0};            // fsyncs and fdatasyncs, checkpoints' too
    std::uint64_t reads{0};           // baseline reads
    std::uint64_t writes{0};          // deliveries
    double seconds{0};
};

// Throws when anything but all deliveries being applied comes of it.
[[nodiscard]] StormCost run_storm(const Peer& peer, const StormPlan& plan);

}  // namespace bench
