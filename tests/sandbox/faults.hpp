// Faults on demand: the rules in force, and the plans they come to. A plan says what goes wrong
// with one connection, with the reading of one request or with its answer; the reading, the
// exchange and the server carry it out. Of the rules that end a request the first in the list that
// strikes wins, and the others are not used up; all others compose.
#pragma once

#include <random>

#include "tests/sandbox/fault_rule.hpp"

namespace sandbox {

struct Pause {
    Position at;
    Millis length{0};
};

struct Cut {
    std::uint64_t rule{0};
    Position at;
    Parting parting{Parting::Close};
};

struct ReadingPlan {
    std::vector<Pause> pauses;
    std::optional<Cut> cut;
    std::optional<Corruption> corruption;
    std::vector<std::uint64_t> rules;
};

struct RequestPlan {
    Millis before{0};
    Millis after{0};
    bool close_after{false};
    std::optional<Millis> idle_close;
    bool apply_if_client_gone{true};
    std::vector<Pause> pauses;
    std::optional<Dripping> drip;
    std::optional<Corruption> corruption;
    Reshape reshape;
    std::optional<FaultKind> ending;  // none: the true answer
    Effectual effectual{Effectual::Yes};
    std::optional<HttpReply> canned;  // what the ending says instead of the truth
    Cut cut;                          // of a Break
    std::string raw;                  // of a Raw ending
    Millis late{0};                   // of a LateApply
    std::vector<std::uint64_t> rules;
};

struct ConnectionPlan {
    std::vector<Pause> pauses;
    std::optional<Cut> cut;
    std::optional<Handshake> handshake;
};

// What is known of a request while it is read: that it begins, its first line, all of it.
enum class Known { Begun, Line, Whole };

class Faults {
  public:
    explicit Faults(std::uint64_t seed) : random_(seed) {}

    std::uint64_t add(FaultRule rule);  // returns the id it was given
    bool remove(std::uint64_t id);      // false: there is no such rule
    void clear() { rules_.clear(); }
    void reseed(std::uint64_t seed) { random_.seed(seed); }
    [[nodiscard]] const std::vector<FaultRule>& rules() const { return rules_; }
    [[nodiscard]] bool strike_reading() const;  // some rule may strike a request as it is read

    // These use up the rules that strike.
    [[nodiscard]] RequestPlan plan_request(const Call& call);
    [[nodiscard]] ConnectionPlan plan_connection();
    // Adds the rules about reading for which just this much had to be known.
    void plan_reading(ReadingPlan& plan, Known known, const Call& call);

    // The position lay at the end of the message or beyond it: a sweep to the end is over.
    void reached_the_end(std::uint64_t rule);

  private:
    bool strikes(FaultRule& rule);
    Millis delay_of(const FaultRule& rule);
    Position position_of(FaultRule& rule);
    Position drawn(Position position);
    Cut cut_of(FaultRule& rule);
    Corruption corruption_of(const FaultRule& rule);
    void compose(RequestPlan& plan, FaultRule& rule);
    void end(RequestPlan& plan, FaultRule& rule);

    std::vector<FaultRule> rules_;
    std::uint64_t last_id_{0};
    std::mt19937_64 random_;
};

[[nodiscard]] bool matches(const FaultMatch& match, const Call& call);
[[nodiscard]] bool is_ending(FaultKind kind);
[[nodiscard]] bool is_of_connection(const FaultRule& rule);  // strikes before there is a request

}  // namespace sandbox
