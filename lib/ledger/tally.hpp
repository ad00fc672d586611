// The proofs of one unit of work that belong to one window. Used inside that unit of work.
#pragma once

#include <cstdint>
#include <optional>

#include "cadence/ids.hpp"
#include "cadence/requirement.hpp"
#include "cadence/time.hpp"
#include "engine/intake.hpp"
#include "ledger/database.hpp"
#include "ledger/judgement.hpp"

namespace ledger {

class Tally {
  public:
    // Reads the window and the rules it is judged by. Throws StorageFailure when there is none.
    Tally(Database& database, cadence::WindowId window);

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
    [[nodiscard]] bool ignores() const;
    void carry(Database& database, std::int64_t amount, cadence::Instant now);

    WindowRow window_;
    cadence::Rules rules_;
    std::optional<cadence::DeliveryId>
        delivery_;                      // what carries them, once there is one that counts
    bool begun_{false};                 // that one is new
    std::int64_t amount_{0};            // of all that count
    std::int64_t uncarried_amount_{0};  // not yet in the delivery's row, nor are
    std::int64_t uncarried_{0};         // as many proofs
};

}  // namespace ledger
