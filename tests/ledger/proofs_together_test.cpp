// Many proofs in one unit of work are what they would be one after the other.
#include <random>

#include "tests/ledger/intake_fixture.hpp"

namespace ledger_test {
namespace {

using engine::Proof;
using engine::ProofStatus;
using engine::ProofTaken;

class ProofsTogether : public IntakeTest {
  protected:
    static Proof make(const std::string& id, const std::string& session_id,
                      std::optional<Instant> happened_at = {}, std::int64_t amount = 1,
                      const std::string& metric = "check_in") {
        return {{id}, {session_id}, metric, amount, happened_at};
    }

    std::vector<ProofTaken> add(std::vector<Proof> proofs) {
        return run(intake->add_proofs(std::move(proofs), policy, now)).value();
    }
    ProofTaken add_one(const Proof& proof) {
        return run(intake->add_proof(proof, policy, now)).value();
    }

    // All that the lock session's proofs have changed, without the rows' ids and revisions.
    std::string state_of(const std::string& id) {
        const std::string of =
            " FROM requirement r JOIN window w ON w.requirement = r.id"
            " LEFT JOIN delivery d ON d.window = w.id"
            " WHERE r.session = '" +
            id + "'";
        return text(
                   "SELECT group_concat(x, ' | ') FROM (SELECT r.metric || ' ' || w.start_at_ms ||"
                   " ' ' || w.count || ' ' || ifnull(w.verdict, 'open') || ' ' || w.reason || ' ' "
                   "||"
                   " ifnull(d.kind || ' ' || d.state || ' ' || d.reason || ' ' || d.amount || ' ' "
                   "||"
                   " d.proofs, '-') AS x" +
                   of + " ORDER BY r.metric, w.start_at_ms, d.kind)") +
               text(
                   "SELECT group_concat(x, ' | ') FROM (SELECT substr(p.id, 2) || ' ' || p.amount"
                   " || ' ' || p.counted || ' ' || p.reason || ' ' || (p.delivery IS NULL) || ' ' "
                   "||"
                   " p.happened_at_ms AS x FROM proof p JOIN requirement r ON r.id = p.requirement"
                   " WHERE r.session = '" +
                   id + "' ORDER BY p.id)");
    }

    // Three days of two metrics, of which the first two were missed.
    void live_three_days(const std::string& id, cadence::LateProof late) {
        auto other = with_late(late);
        other.metric = "other";
        other.rules.required_count = 3;
        must_put(session({with_late(late), other}, id));
    }
};

TEST_F(ProofsTogether, AnyMixture_ChangesWhatItWouldOneByOne) {
    for (const auto late : {cadence::LateProof::Ignore, cadence::LateProof::Count}) {
        const std::string suffix = late == cadence::LateProof::Ignore ? "-i" : "-c";
        live_three_days("one" + suffix, late);
        live_three_days("all" + suffix, late);
    }
    live_until(now + 48h);
    must_work_off();
    std::mt19937 dice(7);
    const auto pick = [&dice](int most) { return static_cast<int>(dice() % unsigned(most)); };
    for (int round = 0; round < 40; ++round) {
        const std::string suffix = round % 2 == 0 ? "-i" : "-c";
        std::vector<Proof> together;
        std::vector<ProofTaken> single;
        for (int i = 0; i < 12; ++i) {
            const std::string id = std::to_string(pick(150)) + suffix;
            const auto at = now - cadence::Duration{std::chrono::hours{pick(60) - 3}};
            const auto metric = std::string(pick(9) == 0   ? "none"
                                            : pick(2) == 0 ? "other"
                                                           : "check_in");
            const int amount = 1 + pick(2);
            single.push_back(add_one(make("o" + id, "one" + suffix, at, amount, metric)));
            together.push_back(make("a" + id, "all" + suffix, at, amount, metric));
        }
        const auto taken = add(together);
        for (std::size_t i = 0; i < taken.size(); ++i) {
            ASSERT_EQ(taken[i].status, single[i].status) << round << " " << i;
            ASSERT_EQ(taken[i].field, single[i].field);
        }
        ASSERT_EQ(state_of("all" + suffix), state_of("one" + suffix)) << round;
    }
    EXPECT_EQ(number("SELECT value FROM counter WHERE name = 'proof.pending'"),
              number("SELECT count(*) FROM proof WHERE counted = 1"));
    EXPECT_EQ(number("SELECT value FROM counter WHERE name = 'proof.waived'"),
              number("SELECT count(*) FROM proof WHERE counted = 0"));
    EXPECT_GT(number("SELECT count(*) FROM proof WHERE counted = 0"), 0);
}

TEST_F(ProofsTogether, SameProofTwice_CountsOnce) {
    must_put(session({daily("check_in", 2)}));
    const auto taken = add({make("p", "lock-1"), make("p", "lock-1"), make("p", "lock-1", {}, 2),
                            make("q", "lock-1"), make("q", "nobody")});
    EXPECT_EQ(taken[0].status, ProofStatus::Accepted);
    EXPECT_EQ(taken[1].status, ProofStatus::Repeated);
    EXPECT_EQ(taken[2].status, ProofStatus::Conflict);
    EXPECT_EQ(taken[3].status, ProofStatus::Accepted);
    EXPECT_EQ(taken[4].status, ProofStatus::Conflict);
    EXPECT_EQ(windows(), Lines{"2026-06-01..2026-06-02 met count_reached"});
    EXPECT_EQ(number("SELECT sum(proofs) FROM delivery"), 2);
}

TEST_F(ProofsTogether, OneWhoseWindowsCannotBeMade_TakesNoOtherWithIt) {
    must_put(session({daily()}));
    must_put(session({daily()}, "lock-2"));
    tamper(
        "UPDATE generation SET zone = 'Nowhere/At_All' WHERE requirement ="
        " (SELECT id FROM requirement WHERE session = 'lock-2')");
    live_until(now + 24h);
    const auto before = number("SELECT count(*) FROM window");
    const auto taken = add({make("p", "lock-1"), make("q", "lock-2"), make("r", "lock-1")});
    EXPECT_EQ(taken[0].status, ProofStatus::Accepted);
    EXPECT_EQ(taken[1].status, ProofStatus::Refused);
    EXPECT_EQ(taken[2].status, ProofStatus::Accepted);
    EXPECT_EQ(number("SELECT count(*) FROM window"), before + 1) << "lock-1's second day";
    EXPECT_EQ(number("SELECT count(*) FROM proof"), 2);
}

TEST_F(ProofsTogether, ManyOfOneWindow_AreOneChangeOfItsRows) {
    must_put(session({daily("check_in", 1'000)}));
    std::vector<Proof> many;
    for (int i = 0; i < 500; ++i) many.push_back(make("p" + std::to_string(i), "lock-1"));
    add(many);
    EXPECT_EQ(number("SELECT count FROM window"), 500);
    EXPECT_EQ(number("SELECT amount FROM delivery"), 500);
    EXPECT_EQ(number("SELECT proofs FROM delivery"), 500);
    EXPECT_LE(number("SELECT revision FROM delivery"), 2);
}

}  // namespace
}  // namespace ledger_test
