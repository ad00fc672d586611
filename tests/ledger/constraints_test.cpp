// The promises that the database itself keeps: what must never happen twice cannot be stored twice.
// And its totals agree with a recount whatever has happened.
#include <random>

#include "tests/ledger/ledger_fixture.hpp"

namespace ledger_test {
namespace {

class ConstraintsTest : public LedgerTest {
  protected:
    void expect_refused(const std::string& sql) {
        const auto done =
            run(writer->run<void>([sql](ledger::Database& database) -> cadence::Result<void> {
                database.execute_script(sql);
                return {};
            }));
        EXPECT_FALSE(done) << sql;
        if (!done) {
            EXPECT_NE(done.error().detail.find("onstraint"), std::string::npos)
                << sql << ": " << done.error().detail;
        }
    }

    // A missed day with its punishment and a progress delivery.
    void make_rows() {
        must_put(session({daily("check_in", 2)}));
        proof("p1");
        live_until(utc(2026, 6, 2, 10h));
        must_work_off();
    }

    static std::string copy_of_delivery(const std::string& kind, const std::string& changes) {
        const std::string columns =
            "session, requirement, window, window_start_ms, kind, ordinal, state, write, amount,"
            " undoes, created_at_ms, updated_at_ms";
        return "INSERT INTO delivery (" + columns +
               ") SELECT session, requirement, window,"
               " window_start_ms, " +
               changes +
               ", created_at_ms, updated_at_ms FROM delivery"
               " WHERE kind = '" +
               kind + "'";
    }

    // counter rows against what the tables say.
    void expect_true_counters() {
        for (const std::string verdict : {"met", "missed", "excused"}) {
            EXPECT_EQ(counter("window." + verdict),
                      number("SELECT count(*) FROM window WHERE verdict = '" + verdict + "'"));
        }
        EXPECT_EQ(counter("window.open"),
                  number("SELECT count(*) FROM window WHERE verdict IS NULL"));
        for (const std::string state : {"active", "suspended", "ended"}) {
            EXPECT_EQ(counter("session." + state),
                      number("SELECT count(*) FROM session WHERE state = '" + state + "'"));
        }
        for (const std::string state : {"waiting", "queued", "inFlight", "unknown", "applied",
                                        "rejected", "held", "waived"}) {
            EXPECT_EQ(counter("delivery." + state),
                      number("SELECT count(*) FROM delivery WHERE state = '" + state + "'"));
        }
        for (const std::string status : {"pending", "submitted", "rejected", "unknown"}) {
            EXPECT_EQ(counter("proof." + status), proofs_with(status));
        }
        EXPECT_EQ(counter("proof.waived"),
                  proofs_with("waived") + number("SELECT count(*) FROM proof WHERE counted = 0"));
        EXPECT_EQ(number("SELECT count(*) FROM window w WHERE count <> (SELECT ifnull(sum(amount),"
                         " 0) FROM proof WHERE window = w.id AND counted = 1)"),
                  0);
        EXPECT_EQ(number("SELECT count(*) FROM delivery d WHERE kind = 'progress' AND (amount,"
                         " proofs) <> (SELECT sum(amount), count(*) FROM proof WHERE delivery ="
                         " d.id)"),
                  0);
    }

    std::int64_t counter(const std::string& name) {
        return number("SELECT value FROM counter WHERE name = '" + name + "'");
    }

    std::int64_t proofs_with(const std::string& status) {
        return number(
            "SELECT count(*) FROM proof p JOIN delivery d ON d.id = p.delivery"
            " JOIN proof_status s ON s.state = d.state WHERE s.status = '" +
            status + "'");
    }
};

TEST_F(ConstraintsTest, WhatMayBeOnce_CannotBeTwice) {
    make_rows();
    expect_refused(
        "INSERT INTO requirement (session, metric, enabled, active_from_ms,"
        " enrolled_at_ms, punish_past) SELECT session, metric, 1, 0, 0, 0"
        " FROM requirement");
    expect_refused(
        "INSERT INTO window SELECT id + 100, requirement, generation, idx + 100,"
        " start_at_ms, end_at_ms, local_start, local_end, zone, zone_version, first,"
        " past, fixed, judge_at_ms, count, verdict, reason, judged_at_ms, revision"
        " FROM window");
    expect_refused("INSERT INTO proof SELECT * FROM proof");
    expect_refused(copy_of_delivery("punishment", "kind, ordinal, state, write, 0, NULL"));
    expect_refused(copy_of_delivery("progress", "kind, ordinal + 1, 'waiting', write, 1, NULL"));
    expect_refused("INSERT INTO brake VALUES (2, 0, '')");
    expect_refused("INSERT INTO heartbeat (id, at_ms) VALUES (2, 0)");
}

TEST_F(ConstraintsTest, SecondUndoOfAPunishmentForOneReason_IsRefused) {
    make_rows();
    for (const std::string ordinal : {"1", "2"}) {
        const auto undo = copy_of_delivery(
            "punishment", "'undo', " + ordinal + ", 'waived', 'remove_time', 0, id");
        tamper(undo);
        expect_refused(undo);
    }
}

TEST_F(ConstraintsTest, TwoWritesInFlight_AreRefused) {
    make_rows();
    expect_refused("UPDATE delivery SET state = 'inFlight'");
}

TEST_F(ConstraintsTest, TwoUnknownPunishments_AreRefused) {
    must_put(session({daily()}));
    live_until(utc(2026, 6, 3, 10h));
    must_work_off();
    ASSERT_EQ(deliveries().size(), 2U);
    expect_refused("UPDATE delivery SET state = 'unknown'");
}

TEST_F(ConstraintsTest, ValuesOutsideTheirRange_AreRefused) {
    make_rows();
    for (const std::string sql :
         {"UPDATE session SET state = 'sleeping'",
          "UPDATE session SET state = 'ended'",
          "UPDATE session SET enrolled_by = 'nobody'",
          "UPDATE window SET verdict = 'perhaps'",
          "UPDATE window SET verdict = 'met', judged_at_ms = NULL",
          "UPDATE window SET end_at_ms = start_at_ms",
          "UPDATE window SET fixed = 'because'",
          "UPDATE window SET count = -1",
          "UPDATE delivery SET state = 'gone'",
          "UPDATE delivery SET kind = 'reward'",
          "UPDATE delivery SET write = 'tickle'",
          "UPDATE delivery SET write = 'progress'",
          "UPDATE delivery SET amount = 0",
          "UPDATE proof SET amount = 0",
          "UPDATE proof SET happened_at_ms = received_at_ms + 1",
          "UPDATE generation SET every = 0",
          "UPDATE generation SET owner = 'me'",
          "UPDATE counter SET value = -1",
          "UPDATE window SET requirement = 999",
          "UPDATE delivery SET undoes = id",
          "INSERT INTO token (session, hash, launched_at_ms, expires_at_ms) VALUES ('lock-1',"
          " 'short', 0, 0)",
          "INSERT INTO pause (session, from_at_ms, until_at_ms, reason) VALUES ('lock-1', 2, 1,"
          " '')"}) {
        expect_refused(sql);
    }
}

// A life of random days; every total is what a recount says, and nothing was made twice.
TEST_F(ConstraintsTest, RandomLife_TotalsAgreeWithARecount) {
    std::mt19937 random(20260601);
    const auto roll = [&random](int sides) {
        return static_cast<int>(random() % static_cast<unsigned>(sides));
    };
    auto spec = session({daily("check_in", 2), daily("other")});
    must_put(spec);
    for (int step = 0; step < 400; ++step) {
        live_until(now + std::chrono::minutes{30 * roll(20)});
        const std::string id = "p" + std::to_string(roll(300));
        switch (roll(9)) {
            case 0:
                spec.requirements[0].rules.required_count = 1 + roll(3);
                spec.requirements[1].enabled = roll(2) == 0;
                spec.requirements[0].rules.late_proof =
                    roll(2) == 0 ? cadence::LateProof::Ignore : cadence::LateProof::Compensate;
                must_put(spec);
                break;
            case 1:
                static_cast<void>(launch("token-" + std::to_string(step)));
                break;
            case 2:
                if (roll(4) == 0) {
                    static_cast<void>(run(intake->end_session({"lock-1"}, "random", now)));
                }
                break;
            case 3:
                static_cast<void>(run(docket->reopen(policy, -1h, now, uptime)));
                break;
            default:
                proof(id, now - std::chrono::hours{roll(72)}, 1,
                      roll(2) == 0 ? "check_in" : "other");
        }
        must_work_off();
    }
    expect_true_counters();
    EXPECT_GT(number("SELECT count(*) FROM proof"), 20);
    EXPECT_GT(number("SELECT count(*) FROM window WHERE verdict = 'missed'"), 5);
    EXPECT_EQ(number("SELECT count(*) FROM (SELECT 1 FROM delivery WHERE kind = 'punishment'"
                     " GROUP BY window HAVING count(*) > 1)"),
              0);
    EXPECT_EQ(number("SELECT count(*) FROM window w WHERE verdict = 'met' AND count <"
                     " (SELECT required_count FROM generation g WHERE g.requirement ="
                     " w.requirement AND g.ordinal = w.generation)"),
              0);
}

}  // namespace
}  // namespace ledger_test
