// One request to the platform, from its arrival to its fate, with the faults that strike it. The
// server waits, reads and writes; what happens to the platform happens here.
#pragma once

#include <cstdint>
#include <string>

#include "tests/sandbox/call.hpp"
#include "tests/sandbox/faults.hpp"
#include "tests/sandbox/http.hpp"
#include "tests/sandbox/platform.hpp"

namespace sandbox {

struct Exchange {
    std::uint64_t number{0};  // the journal's
    HttpRequest request;
    Call call;
    RequestPlan plan;
    KeepAlive keep_alive{KeepAlive::Yes};  // what the client asked for
};

struct WireAnswer {
    std::string bytes;  // empty: nothing is written
    KeepAlive keep_alive{KeepAlive::Yes};
    bool whole{true};  // false: a broken answer, which does not count as one
};

// Records the request, and decides which faults strike it.
[[nodiscard]] Exchange begin_exchange(Platform& platform, HttpRequest request, KeepAlive keep_alive,
                                      Instant now);

// Lets it take effect, unless its faults say otherwise, and makes the bytes to send. Call it once.
[[nodiscard]] WireAnswer perform_exchange(Platform& platform, const Exchange& exchange,
                                          Instant now);

enum class Fate { Answered, Dropped, ClientGone };

// The end of it, for the journal.
void finish_exchange(Platform& platform, const Exchange& exchange, Fate fate, Instant now);

}  // namespace sandbox
