// Faults on demand: rules that say which requests go wrong, and how. A rule is matched when its
// request has been read completely; the plan that comes out is carried out by the exchange and the
// server. Slow faults and close_after_answer compose with everything; of the others the first wins.
#pragma once

#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "tests/sandbox/call.hpp"
#include "tests/sandbox/http.hpp"
#include "tests/sandbox/instant.hpp"

namespace sandbox {

enum class FaultKind {
    SlowBefore,         // wait, then apply
    SlowAfter,          // apply, wait, then answer
    CloseAfterAnswer,   // answer with "Connection: close", and close
    Drop,               // close without a byte of an answer
    CutHeader,          // close in the middle of the answer's header
    CutBody,            // close in the middle of the answer's body
    GarbageStatusLine,  // an answer whose first line is not HTTP
    Canned,             // answer with something else than the truth
    DropOnAccept,       // close the TCP connection before TLS
    SlowHandshake,      // wait before TLS
};

struct FaultMatch {  // an empty field matches everything
    std::optional<std::string> session;
    std::optional<std::string> method;
    std::optional<Endpoint> endpoint;
    std::optional<std::string> action;
};

enum class Effectual {
    Yes,
    No
};  // whether the request takes effect although it is answered wrongly

struct FaultRule {
    std::uint64_t id{0};
    std::string name;  // as the control API calls the fault: "drop_after_apply"
    FaultKind kind{FaultKind::Drop};
    Effectual effectual{Effectual::Yes};
    FaultMatch match;
    std::int64_t times{-1};  // how often it still strikes; negative: for ever
    double probability{1.0};
    Millis delay{0};
    Millis jitter{0};  // up to this much is added to the delay
    bool apply_if_client_gone{true};
    HttpReply canned;
    std::uint64_t hits{0};
};

struct RequestPlan {
    Millis before{0};
    Millis after{0};
    bool close_after{false};
    bool apply_if_client_gone{true};
    std::optional<FaultKind> ending;  // none: the true answer
    Effectual effectual{Effectual::Yes};
    HttpReply canned;  // of a Canned ending
    std::vector<std::uint64_t> rules;
};

struct ConnectionPlan {
    bool drop{false};
    Millis before_handshake{0};
};

class Faults {
  public:
    explicit Faults(std::uint64_t seed) : random_(seed) {}

    std::uint64_t add(FaultRule rule);  // returns the id it was given
    bool remove(std::uint64_t id);      // false: there is no such rule
    void clear() { rules_.clear(); }
    [[nodiscard]] const std::vector<FaultRule>& rules() const { return rules_; }

    // Both use up the rules that strike.
    [[nodiscard]] RequestPlan plan_request(const Call& call);
    [[nodiscard]] ConnectionPlan plan_connection();

  private:
    bool strikes(FaultRule& rule);
    Millis delay_of(const FaultRule& rule);
    void compose(RequestPlan& plan, const FaultRule& rule);

    std::vector<FaultRule> rules_;
    std::uint64_t last_id_{0};
    std::mt19937_64 random_;
};

[[nodiscard]] bool matches(const FaultMatch& match, const Call& call);
[[nodiscard]] bool is_of_connection(FaultKind kind);  // strikes before there is a request

}  // namespace sandbox
