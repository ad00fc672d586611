// A ledger in which answers get lost, and the lock is read afterwards.
#pragma once

#include "ledger/due_work.hpp"
#include "ledger/settlements.hpp"
#include "tests/ledger/outbox_bench.hpp"

namespace outbox_bench {

class Settlements : public OutboxTest {
  protected:
    [[nodiscard]] engine::ContextFound lock_with(std::int64_t remaining) const {
        return found({now, std::nullopt, remaining, std::nullopt});
    }
    // Sent, and its answer lost fifteen seconds later.
    DeliveryId lose(DeliveryId id, int attempt = 1) {
        EXPECT_EQ(begin(id, lock_with(100'000)).begun, engine::Begun::Started);
        now += 15s;
        EXPECT_TRUE(finish(id, cadence::AnswerKind::Unknown, attempt));
        return id;
    }
    cadence::DeliveryState read(DeliveryId id, Instant at, std::int64_t remaining) {
        now = at;
        const auto settled =
            ledger::settle_by_reading(db, zones, id, lock_with(remaining), policy, now);
        EXPECT_TRUE(settled) << settled.error().detail;
        return settled ? settled->state : cadence::DeliveryState::InFlight;
    }
    // Three readings that show nothing of it.
    void never_see(DeliveryId id) {
        const Instant lost = now;
        for (const auto after : {2s, 10s, 60s}) read(id, lost + after, 99'985 - after.count());
    }
    std::string settled_as(DeliveryId id, int attempt = 1) {
        auto row = db.query(
            "SELECT ifnull(settled, '') || ' ' || settled_because FROM attempt"
            " WHERE delivery = ?1 AND n = ?2");
        row.bind(id, attempt);
        return row.step() ? row.text(0) : "none";
    }
};

}  // namespace outbox_bench
