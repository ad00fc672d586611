// The proofs of one unit of work that belong to one window. Used inside that unit of work.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>

#include "cadence/ids.hpp"
#include "cadence/time.hpp"
#include "engine/intake.hpp"
#include "ledger/database.hpp"
#include "ledger/standing.hpp"

namespace ledger {

class Tally {
  public:
    Tally(cadence::RequirementId requirement, StandingWindow window)
        : requirement_(requirement), window_(std::move(window)) {}

    [[nodiscard]] cadence::Instant start() const { return window_.start; }
    [[nodiscard]] cadence::Instant end() const { return window_.end; }

    // Stores the proof. It counts, unless the window was judged and not met, under rules that
    // ignore what comes after that.
    void take(Database& database, const engine::Proof& proof, cadence::Instant happened_at,
              cadence::Instant now);

    // What they change together: the window's count, what its delivery carries, and the verdict
    // that may be reached. To be called once, after the last. Returns whether there is something
    // else to send than before, so that the lock session's lane has to be refreshed.
    bool finish(Database& database, cadence::Instant now);

  private:
    void carry(Database& database, const engine::Proof& proof, cadence::Instant now);
    void insert(Database& database, const engine::Proof& proof,
                std::optional<cadence::DeliveryId> carrier, cadence::Instant happened_at,
                cadence::Instant now) const;

    cadence::RequirementId requirement_;
    StandingWindow window_;             // as it was found, but for what carries its proofs
    bool begun_{false};                 // that is new
    std::int64_t amount_{0};            // of all that count
    std::int64_t uncarried_amount_{0};  // not yet in the delivery's row, nor are
    std::int64_t uncarried_{0};         // as many proofs
};

}  // namespace ledger
