#include "ledger/proofs.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <utility>

#include "ledger/lane.hpp"
#include "ledger/savepoint.hpp"
#include "ledger/standing.hpp"
#include "ledger/tally.hpp"
#include "ledger/timeline.hpp"

namespace ledger {
namespace {

using cadence::Instant;
using cadence::RequirementId;
using cadence::Result;
using cadence::SessionId;
using engine::Proof;
using engine::ProofStatus;
using engine::ProofTaken;

constexpr std::chrono::minutes kClockTolerance{5};

ProofTaken refused(const char* field, std::string detail) {
    return {ProofStatus::Refused, std::string(field) + ": " + std::move(detail), field};
}

// The time is wrong in itself: the detail goes on after the field's name.
ProofTaken refused_time(const std::string& detail, bool by_clock) {
    return {ProofStatus::Refused, "happenedAt " + detail, "happenedAt", by_clock};
}

// The same id again: the same content (as it was given) is a repetition, anything else a conflict.
std::optional<ProofTaken> find_repetition(Database& database, const Proof& proof) {
    auto row = database.query(
        "SELECT r.session, r.metric, p.amount, p.given_happened_at_ms FROM proof p"
        " JOIN requirement r ON r.id = p.requirement WHERE p.id = ?1");
    row.bind(proof.id);
    if (!row.step()) return std::nullopt;
    const bool same = row.text(0) == proof.session.value && row.text(1) == proof.metric &&
                      row.integer(2) == proof.amount && row.maybe_instant(3) == proof.happened_at;
    if (same) return ProofTaken{ProofStatus::Repeated, {}, {}};
    return ProofTaken{ProofStatus::Conflict,
                      "id: this proof is known with another lock session, metric, amount or "
                      "happenedAt; give every proof an id of its own",
                      "id"};
}

std::string known_metrics(Database& database, const SessionId& session) {
    auto row = database.query("SELECT metric FROM requirement WHERE session = ?1 ORDER BY metric");
    row.bind(session);
    std::string list;
    while (row.step()) list += (list.empty() ? "" : ", ") + row.text(0);
    return list.empty() ? "it has no requirement yet" : "it has " + list;
}

// Why the lock session takes no such proof; empty when it does.
std::optional<ProofTaken> refuse_by_standing(Database& database, const Proof& proof,
                                             const std::optional<Standing>& found) {
    if (!found) {
        return ProofTaken{ProofStatus::UnknownSession,
                          "there is no lock session '" + proof.session.value +
                              "'; enrol it (PUT) or hand in a launch first",
                          "sessionId"};
    }
    if (found->ended) {
        return refused("sessionId", "the lock session has ended; enrol it again to go on");
    }
    if (found->requirement) return std::nullopt;
    return refused("metric", "the lock session has no requirement '" + proof.metric + "'; " +
                                 known_metrics(database, proof.session));
}

std::optional<Instant> first_window_start(Database& database, RequirementId requirement) {
    auto row = database.query(
        "SELECT start_at_ms FROM window WHERE requirement = ?1 ORDER BY start_at_ms LIMIT 1");
    row.bind(requirement);
    if (!row.step()) return std::nullopt;
    return row.instant(0);
}

std::optional<ProofTaken> refuse_by_begin(Database& database, RequirementId requirement,
                                          Instant happened_at, bool by_clock) {
    const auto begin = first_window_start(database, requirement);
    if (!begin) return refused("metric", "this requirement has never been in force; enable it");
    if (happened_at < *begin) return refused_time("lies before the requirement began", by_clock);
    return std::nullopt;
}

// The proofs of one unit of work, one after the other. Nobody else writes meanwhile, so what
// several of them ask is asked once, and what they change together is stored at the end.
class Taking {
  public:
    Taking(Database& database, cadence::Zones& zones, const cadence::Policy& policy, Instant now)
        : database_(database), zones_(zones), policy_(policy), now_(now) {}

    // Errors: those of windows that cannot be made.
    Result<ProofTaken> accept(const Proof& proof) {
        if (auto known = find_repetition(database_, proof)) return *known;
        const Instant happened_at = std::min(proof.happened_at.value_or(now_), now_);
        Account& account = account_of(proof, happened_at);
        if (account.refusal) return *account.refusal;
        if (auto refusal = refuse_by_time(proof, happened_at)) return *refusal;
        const auto tally = find_tally(account, proof, happened_at);
        if (!tally) return tl::unexpected<cadence::Error>(tally.error());
        if (tally->refusal) return *tally->refusal;
        tally->found->take(database_, proof, happened_at, now_);
        return ProofTaken{ProofStatus::Accepted, {}, {}};
    }

    // To be called once, after the last.
    void finish() {
        std::set<SessionId> changed;
        for (auto& [key, account] : accounts_) {
            for (auto& [start, tally] : account.tallies) {
                if (tally.finish(database_, now_)) changed.insert(key.first);
            }
        }
        for (const SessionId& session : changed) refresh_lane(database_, session, now_);
    }

  private:
    // A lock session's proofs of one metric.
    struct Account {
        std::optional<ProofTaken> refusal;  // of any of them
        RequirementId requirement{};
        std::map<Instant, Tally> tallies;  // by the window's start
    };
    struct FoundTally {
        Tally* found{nullptr};
        std::optional<ProofTaken> refusal;  // when there is none
    };

    Account& account_of(const Proof& proof, Instant happened_at) {
        const auto [place, added] = accounts_.try_emplace({proof.session, proof.metric});
        if (added) open_account(proof, happened_at, place->second);
        return place->second;
    }

    void open_account(const Proof& proof, Instant happened_at, Account& account) {
        auto found = find_standing(database_, proof.session, proof.metric, happened_at);
        account.refusal = refuse_by_standing(database_, proof, found);
        if (account.refusal) return;
        account.requirement = *found->requirement;
        if (found->window) add_tally(account, *std::move(found->window));
    }

    static Tally& add_tally(Account& account, StandingWindow window) {
        const Instant start = window.start;
        Tally tally(account.requirement, std::move(window));
        return account.tallies.emplace(start, std::move(tally)).first->second;
    }

    Tally* find_known_tally(Account& account, Instant happened_at) {
        const auto next = account.tallies.upper_bound(happened_at);
        if (next == account.tallies.begin()) return nullptr;
        Tally& tally = std::prev(next)->second;
        return happened_at < tally.end() ? &tally : nullptr;
    }

    std::optional<ProofTaken> refuse_by_time(const Proof& proof, Instant happened_at) const {
        if (proof.happened_at.value_or(now_) > now_ + kClockTolerance) {
            return refused_time("lies more than 5 minutes in the future; check the clocks", true);
        }
        if (happened_at < now_ - policy_.caps.proof_max_age) {
            return refused_time("is older than proof_max_age (caps in the configuration) allows",
                                true);
        }
        return std::nullopt;
    }

    Tally* look_up_tally(Account& account, const Proof& proof, Instant happened_at) {
        auto found = find_standing(database_, proof.session, proof.metric, happened_at);
        if (!found || !found->window) return nullptr;
        return &add_tally(account, *std::move(found->window));
    }

    Result<FoundTally> find_tally(Account& account, const Proof& proof, Instant happened_at) {
        Tally* tally = find_known_tally(account, happened_at);
        if (tally == nullptr) tally = look_up_tally(account, proof, happened_at);
        if (tally != nullptr) return FoundTally{tally, {}};
        auto refusal =
            refuse_by_begin(database_, account.requirement, happened_at, !proof.happened_at);
        if (refusal) return FoundTally{nullptr, std::move(refusal)};
        // It lies after the newest window: the next ones have begun and are not open yet.
        if (auto opened = open_windows(account.requirement); !opened) {
            return tl::unexpected<cadence::Error>(opened.error());
        }
        tally = look_up_tally(account, proof, happened_at);
        if (tally != nullptr) return FoundTally{tally, {}};
        return FoundTally{nullptr,
                          refused("happenedAt", "the requirement is not in force then; enable it")};
    }

    // All or none of them.
    Result<void> open_windows(RequirementId requirement) {
        Savepoint part(database_);
        const auto opened = ledger::open_windows(database_, zones_, requirement, policy_, now_,
                                                 std::numeric_limits<int>::max());
        if (opened) {
            part.keep();
            return {};
        }
        part.undo();
        return tl::unexpected<cadence::Error>(opened.error());
    }

    Database& database_;
    cadence::Zones& zones_;
    const cadence::Policy& policy_;
    const Instant now_;
    std::map<std::pair<SessionId, std::string>, Account> accounts_;
};

}  // namespace

Result<ProofTaken> add_proof(Database& database, cadence::Zones& zones, const Proof& proof,
                             const cadence::Policy& policy, Instant now) {
    Taking taking(database, zones, policy, now);
    auto taken = taking.accept(proof);
    if (taken) taking.finish();
    return taken;
}

std::vector<ProofTaken> add_proofs(Database& database, cadence::Zones& zones,
                                   const std::vector<Proof>& proofs, const cadence::Policy& policy,
                                   Instant now) {
    Taking taking(database, zones, policy, now);
    std::vector<ProofTaken> all;
    all.reserve(proofs.size());
    for (const Proof& proof : proofs) {
        auto taken = taking.accept(proof);
        if (taken) {
            all.push_back(*std::move(taken));
        } else {
            all.push_back({ProofStatus::Refused, taken.error().detail, taken.error().field});
        }
    }
    taking.finish();
    return all;
}

}  // namespace ledger
