#include "tests/e2e/crash_account.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "tests/e2e/world.hpp"

namespace e2e {
namespace {

using Json = nlohmann::json;
using Kind = WriteUnderTest;

struct Seen {
    std::vector<Json> punishments;
    std::vector<Json> progress;
    std::vector<Json> undos;
    int punished{0};  // effects, by the sandbox's journal
    int progressed{0};
    int undone{0};
    std::set<std::string> keys;  // of the attempts that took effect
};

Seen look(const CrashCell& cell, const Sandbox& sandbox, const DaemonProcess& daemon) {
    Seen seen;
    for (const auto& effect : sandbox.effects(cell.session())) {
        auto const kind = effect.at("kind").get<std::string>();
        seen.punished += kind == "add_time" || kind == "freeze" || kind == "pillory";
        seen.progressed += kind == "progress";
        seen.undone += kind == "remove_time" || kind == "unfreeze";
        seen.keys.insert(effect.at("idempotencyKey").get<std::string>());
    }
    for (auto& delivery : daemon.all("/v1/deliveries?sessionId=" + cell.session())) {
        auto const kind = delivery.at("kind").get<std::string>();
        auto& list = kind == "progress" ? seen.progress
                     : kind == "undo"   ? seen.undos
                                        : seen.punishments;
        list.push_back(std::move(delivery));
    }
    return seen;
}

std::string outcome_of(const Json& attempt) {
    auto const& outcome = attempt.at("outcome");
    return outcome.is_null() ? "" : outcome.get<std::string>();
}

auto unknown_attempts(const Json& delivery) {
    auto const& attempts = delivery.at("attempts");
    return std::count_if(attempts.begin(), attempts.end(),
                         [](const Json& one) { return outcome_of(one) == "unknown"; });
}

// What an attempt came to, by what is said of it: true, false, or nobody knows.
enum class Said { Applied, NotApplied, Nothing };
Said said_of(const Json& attempt) {
    constexpr std::array kRefused{"not_sent", "throttled", "token_refused", "rejected",
                                  "host_fault"};
    auto const outcome = outcome_of(attempt);
    if (outcome == "applied") return Said::Applied;
    if (std::find(kRefused.begin(), kRefused.end(), outcome) != kRefused.end()) {
        return Said::NotApplied;
    }
    auto const& settlement = attempt.at("settlement");
    if (settlement.is_null() || settlement.at("outcome").is_null()) return Said::Nothing;
    if (settlement.at("outcome") == "applied") return Said::Applied;
    return settlement.at("outcome") == "not_applied" ? Said::NotApplied : Said::Nothing;
}

class Sentences {
  public:
    void demand(bool holds, std::string sentence) {
        if (!holds) all_.push_back(std::move(sentence));
    }
    [[nodiscard]] std::vector<std::string> take() { return std::move(all_); }

  private:
    std::vector<std::string> all_;
};

void check_attempts(Sentences& say, const Seen& seen, const Json& delivery) {
    for (const auto& attempt : delivery.at("attempts")) {
        auto const key = fmt::format("cadenced-{}-{}", delivery.at("id").get<std::string>(),
                                     attempt.at("number").get<int>());
        auto const said = said_of(attempt);
        auto const happened = seen.keys.count(key) > 0;
        say.demand(said == Said::Nothing || (said == Said::Applied) == happened,
                   fmt::format("{} {}, but the daemon says of it: {}", key,
                               happened ? "happened" : "did not happen", attempt.dump()));
    }
}

// A write that the lock tells of: once, and the daemon knows.
void check_known(Sentences& say, const CrashCell& cell, const Json& delivery, int effects) {
    auto const state = delivery.at("state").get<std::string>();
    auto const refused = std::string{cell.mode->name} == "422" && state == "rejected";
    say.demand(effects <= 1, fmt::format("it happened twice: {} effects", effects));
    say.demand(refused ? effects == 0 : state == "applied" && effects == 1,
               fmt::format("state {} with {} effects: {}", state, effects, delivery.dump()));
}

// One that nothing tells of: never twice, and held where nobody knows.
void check_unseen(Sentences& say, const CrashCell& cell, const Json& delivery, int effects) {
    if (delivery.at("state") != "held") return check_known(say, cell, delivery, effects);
    say.demand(effects <= 1, fmt::format("it happened twice: {} effects", effects));
    say.demand(unknown_attempts(delivery) == 1,
               "held, but its outcome is known: " + delivery.dump());
}

// May be sent once more where its outcome is unknown, and is held when it is so twice.
void check_progress(Sentences& say, const CrashCell& cell, const Json& delivery, int effects) {
    auto const state = delivery.at("state").get<std::string>();
    auto const unknowns = unknown_attempts(delivery);
    auto const refused = std::string{cell.mode->name} == "422" && state == "rejected";
    say.demand(effects <= 1 + static_cast<int>(unknowns > 0),
               fmt::format("progress arrived {} times: {}", effects, delivery.dump()));
    if (refused || (state == "held" && unknowns == 2)) return;
    say.demand(state == "applied" && effects >= 1,
               fmt::format("progress {} with {} effects: {}", state, effects, delivery.dump()));
}

void check_proof(Sentences& say, const CrashBook& book, const DaemonProcess& daemon) {
    auto const again = daemon.post("/v1/proofs", proof_of(book.cell, book.since_ms));
    say.demand(again.status == 200,
               fmt::format("the acknowledged proof is lost: {} {}", again.status, again.body));
}

void check_punished(Sentences& say, const CrashCell& cell, const Seen& seen) {
    if (seen.punishments.size() != 1) {
        say.demand(false, fmt::format("{} punishments for one window", seen.punishments.size()));
        return;
    }
    auto const& punishment = seen.punishments.front();
    if (cell.kind == Kind::Pillory) return check_unseen(say, cell, punishment, seen.punished);
    if (!takes_back(cell.kind)) return check_known(say, cell, punishment, seen.punished);
    say.demand(seen.punished == 1 && punishment.at("state") == "applied",
               "what is to be undone did not happen once: " + punishment.dump());
    if (seen.undos.size() == 1) return check_known(say, cell, seen.undos.front(), seen.undone);
    say.demand(false, fmt::format("{} undos of one punishment", seen.undos.size()));
}

}  // namespace

Json proof_of(const CrashCell& cell, std::int64_t since_ms) {
    Json proof = {{"id", "proof:" + cell.session()}, {"sessionId", cell.session()}};
    auto const late = takes_back(cell.kind);
    proof["metric"] = late ? "checkin" : "steps";
    if (late) proof["happenedAt"] = rfc3339(since_ms - kDayMs + kHourMs);
    return proof;
}

std::vector<std::string> CrashBook::violations(const Sandbox& sandbox,
                                               const DaemonProcess& daemon) const {
    Sentences say;
    auto const seen = look(cell, sandbox, daemon);
    for (const auto* list : {&seen.punishments, &seen.progress, &seen.undos}) {
        for (const auto& delivery : *list) check_attempts(say, seen, delivery);
    }
    if (cell.kind == Kind::Progress) {
        say.demand(seen.progress.size() == 1,
                   fmt::format("{} deliveries of one proof", seen.progress.size()));
        if (seen.progress.size() == 1) {
            check_progress(say, cell, seen.progress.front(), seen.progressed);
        }
    } else {
        check_punished(say, cell, seen);
    }
    if (cell.kind == Kind::Progress || takes_back(cell.kind)) check_proof(say, *this, daemon);
    return say.take();
}

}  // namespace e2e
