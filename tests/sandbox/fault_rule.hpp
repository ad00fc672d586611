// One rule about what goes wrong, as plain data: which requests it strikes, how often, and how.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tests/sandbox/call.hpp"
#include "tests/sandbox/http.hpp"
#include "tests/sandbox/instant.hpp"
#include "tests/sandbox/position.hpp"
#include "tests/sandbox/reshape.hpp"

namespace sandbox {

enum class FaultKind {
    // These compose with each other and with an ending.
    SlowBefore,        // wait, then apply
    SlowAfter,         // apply, wait, then answer
    CloseAfterAnswer,  // answer with "Connection: close", and close
    IdleClose,         // answer, and close when no other request has come for a while
    Stall,             // stop reading or writing for a while
    Drip,              // write a little at a time
    Corrupt,           // change bytes
    Reshape,           // the same answer in another form
    // Endings: a request has one at most.
    Break,      // end the connection in the middle of something
    Canned,     // answer with something else than the truth
    Raw,        // answer with bytes that may be no HTTP at all
    LateApply,  // the client is done with it before it takes effect
    // Of connections.
    Tls,  // another certificate or version than clients hope for
};

enum class Part { Handshake, Request, Answer };

enum class Parting {
    Close,    // FIN, without a TLS goodbye, as of a process that ended
    Reset,    // RST
    Goodbye,  // close_notify, then FIN
};

// Whether the request takes effect although it is answered wrongly.
enum class Effectual { Yes, No };

struct FaultMatch {  // an empty field matches everything
    std::optional<std::string> session;
    std::optional<std::string> method;
    std::optional<Endpoint> endpoint;
    std::optional<std::string> action;
    std::optional<bool> reused;  // not the first request of its connection
};

struct Corruption {
    Position at;
    std::uint8_t flip{0};      // bits of the byte at the position that are turned over
    std::string insert;        // put before it
    std::uint64_t garbage{0};  // so many random bytes put before it
    std::uint64_t seed{0};     // of those; drawn when the rule strikes
};

struct Dripping {
    Position at;
    std::uint64_t bytes{1};  // at a time
    Millis pause{0};         // before each
};

struct Handshake {
    std::string certificate{"good"};  // a name of certificates.hpp
    bool only_tls_1_1{false};
};

struct FaultRule {
    std::uint64_t id{0};
    std::string name;    // as the control API calls the fault: "drop_after_apply"
    std::string posted;  // the JSON it was made from, so that people know it again
    FaultKind kind{FaultKind::Break};
    Part part{Part::Answer};
    Effectual effectual{Effectual::Yes};
    FaultMatch match;
    std::int64_t skip{0};    // so many that match go free at first
    std::int64_t times{-1};  // how often it still strikes; negative: for ever
    double probability{1.0};
    std::uint64_t hits{0};

    Position at;  // Break, Stall; a sweep moves it
    std::optional<Sweep> sweep;
    Parting parting{Parting::Close};
    Millis delay{0};
    Millis jitter{0};  // up to this much is added to the delay
    bool apply_if_client_gone{true};
    std::optional<HttpReply> canned;  // what an ending says instead of the truth
    std::string raw;
    Corruption corruption;
    Dripping drip;
    Reshape reshape;
    Handshake handshake;
};

}  // namespace sandbox
