// One request to the platform, from its arrival to its fate, with the faults that strike it. The
// server waits, reads and writes; what happens to the platform happens here.
#pragma once

#include <cstdint>
#include <string>

#include "tests/sandbox/answer_script.hpp"
#include "tests/sandbox/call.hpp"
#include "tests/sandbox/faults.hpp"
#include "tests/sandbox/http.hpp"
#include "tests/sandbox/platform.hpp"
#include "tests/sandbox/reading.hpp"

namespace sandbox {

struct Exchange {
    std::uint64_t number{0};  // the journal's
    HttpRequest request;
    Call call;
    RequestPlan plan;
    KeepAlive keep_alive{KeepAlive::Yes};  // what the client asked for
};

struct WireAnswer {
    Script script;  // no pieces: nothing is written
    KeepAlive keep_alive{KeepAlive::Yes};
    Parting parting{Parting::Close};  // when it is not kept alive
};

// Records the request, and decides which faults strike it. `struck` are the rules that already
// struck it while it was read.
[[nodiscard]] Exchange begin_exchange(Platform& platform, HttpRequest request, KeepAlive keep_alive,
                                      std::vector<std::uint64_t> struck, Instant now);

// Lets it take effect, unless its faults say otherwise, and makes the bytes to send. Call it once.
[[nodiscard]] WireAnswer perform_exchange(Platform& platform, const Exchange& exchange,
                                          Instant now);

enum class Fate { Answered, Dropped, ClientGone };

// The end of it, for the journal.
void finish_exchange(Platform& platform, const Exchange& exchange, Fate fate, Instant now);

// A request that was broken off while it was read: it has no effect and no answer.
void record_broken(Platform& platform, const Reading& reading, std::uint64_t connection,
                   Instant now);

[[nodiscard]] std::string bytes_of(const WireAnswer& answer);

}  // namespace sandbox
