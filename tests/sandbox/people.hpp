// Other people, and the platform itself, change a lock while an extension is at work: rules that
// say when, and what. What they did is in the journal of effects, with its source.
#pragma once

#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "cadence/error.hpp"
#include "tests/sandbox/call.hpp"
#include "tests/sandbox/instant.hpp"

namespace sandbox {

struct Platform;
struct Session;

struct PersonRule {
    std::uint64_t id{0};
    std::optional<std::string> session;  // none: of the request; by time: one of all
    std::vector<std::string> changes;    // JSON texts, as for PATCH /sessions/ID; one is drawn
    std::int64_t every_requests{0};      // 0: not by requests
    Millis after{0};                     // once, so long from now; 0: not by time
    Millis every{0};                     // and then again and again
    double probability{1.0};
    std::int64_t times{-1};
    std::int64_t seen{0};  // requests since it last acted
    std::uint64_t hits{0};
};

struct People {
    explicit People(std::uint64_t seed) : random(seed) {}

    std::vector<PersonRule> rules;
    std::uint64_t last_id{0};
    std::mt19937_64 random;
};

// Returns the id it was given. Rules by time start to count now.
std::uint64_t add_person(Platform& platform, PersonRule rule, Instant now);

// A request has come, and nobody has looked at it yet.
void people_see_request(Platform& platform, const Call& call, Instant now);

// The platform's own job: the punishment its extensionRequirements name, once. An error when they
// name none, or are not enabled.
[[nodiscard]] cadence::Result<std::uint64_t> punish(Platform& platform, Session& session,
                                                    Instant now);

}  // namespace sandbox
