// Everything the pretended platform knows: keys, lock sessions with their launch tokens, limits,
// faults and the journal. One thread owns it. Plain data; the two APIs hold the rules.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tests/sandbox/agenda.hpp"
#include "tests/sandbox/error_shape.hpp"
#include "tests/sandbox/faults.hpp"
#include "tests/sandbox/journal.hpp"
#include "tests/sandbox/lock.hpp"
#include "tests/sandbox/people.hpp"
#include "tests/sandbox/rate_limits.hpp"

namespace sandbox {

struct Token {
    std::string value;
    Instant launched_at;
    Instant expires_at;
    bool revoked{false};
    std::optional<Instant> dies_at;         // earlier than it was told
    std::optional<std::int64_t> uses_left;  // requests that it still serves
};

struct Session {
    Session(std::string session_id, Lock session_lock)
        : id(std::move(session_id)), lock(session_lock) {}

    std::string id;
    Lock lock;
    std::string role{"wearer"};
    bool ended{false};
    bool extension_enabled{true};
    bool pillory_enabled{true};
    bool remove_time_allowed{true};
    bool context_under_data{false};  // the context's body is wrapped: {"data":{…}}
    std::optional<ErrorShape> error_shape;
    std::vector<std::string> omitted_lock_data;  // fields of lockData that are left out
    std::vector<std::string> null_lock_data;     // fields of lockData that are null
    std::string extension_requirements;          // JSON text; empty: none is configured
    std::string metadata{"{}"};                  // JSON text
    std::string state{"{}"};                     // JSON text
    std::map<std::string, std::int64_t> progress;
    std::vector<Token> tokens;
};

struct Platform {
    explicit Platform(std::uint64_t first_seed)
        : seed(first_seed), faults(seed), people(seed), random(seed) {}

    std::uint64_t seed;
    bool listening{true};  // false: connections to the platform are refused
    std::set<std::string, std::less<>> first_keys;  // what a reset goes back to
    std::set<std::string, std::less<>> keys;
    std::map<std::string, Session, std::less<>> sessions;
    RateLimits limits;
    Faults faults;
    People people;
    Agenda agenda;
    Journal journal;
    std::mt19937_64 random;
};

enum class TokenFormat { Opaque, Jwt };

// Null when there is no such lock session.
[[nodiscard]] Session* find_session(Platform& platform, std::string_view id);

// Somebody opens the extension: a new launch token, valid for `life`.
void launch(Platform& platform, Session& session, TokenFormat format, Millis life, Instant now);

[[nodiscard]] bool is_live(const Token& token, Instant now);
// Whether the request's token is live. Counts as one use of it.
[[nodiscard]] bool use_token(Session& session, std::string_view value, Instant now);

// Forgets lock sessions, limits, faults, people, what is due and the journal; keys are again those
// of the start. Everything that is random begins anew from `seed`.
void reset(Platform& platform, std::uint64_t seed);

}  // namespace sandbox
