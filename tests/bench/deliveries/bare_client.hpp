// The baseline: what a request over TLS with keep-alive costs a client that does nothing else.
#pragma once

#include <chrono>

#include "tests/bench/deliveries/peer.hpp"

namespace bench {

struct Bare {
    std::chrono::nanoseconds cpu_per_request{0};
    double per_second{0};
};

// Makes the connections and sends `requests` progress calls of the daemon's size over them, one
// after the other on each, with Beast, coroutines, the daemon's TLS settings and a time limit for
// each. Counts everything, handshakes too.
[[nodiscard]] Bare run_bare_client(const Peer& peer, int connections, int requests);

}  // namespace bench
