// A proof of a closed window that was missed, by what has become of its punishment meanwhile and by
// what the rules say of late proofs.
#include "tests/ledger/intake_fixture.hpp"

namespace ledger_test {
namespace {

struct Case {
    const char* state;       // of the punishment when the proof comes
    const char* afterwards;  // with the reason; count and compensate alike
    bool wanted;             // afterwards
    bool undone;             // under compensate
};

const std::vector<Case> kCases{
    {"waiting", "waived unwanted", false, false},
    {"queued", "waived unwanted", false, false},
    {"inFlight", "inFlight ", false, false},
    {"unknown", "unknown ", false, false},
    {"held", "waived unwanted_outcome_unknown", false, false},
    {"applied", "applied ", true, true},
    {"rejected", "rejected ", false, false},
};

class LateProofTest : public IntakeTest {
  protected:
    // A day of each lock session was missed; its punishment is in the state of that name.
    void miss(cadence::LateProof late) {
        for (const Case& one : kCases) must_put(session({with_late(late)}, one.state));
        live_until(utc(2026, 6, 2, 10h));
        must_work_off();
        tamper(
            "UPDATE delivery SET state = session, attempts = 1,"
            " unknowns = session IN ('unknown', 'held')");
        for (const Case& one : kCases) {
            ASSERT_EQ(
                proof(std::string("late-") + one.state, yesterday, 1, "check_in", one.state).status,
                engine::ProofStatus::Accepted);
        }
    }

    std::string punishment(const Case& one) {
        return text(
            "SELECT state || ' ' || reason FROM delivery WHERE kind = 'punishment'"
            " AND session = '" +
            std::string(one.state) + "'");
    }
    bool wanted(const Case& one) {
        return number("SELECT wanted FROM delivery WHERE kind = 'punishment' AND session = '" +
                      std::string(one.state) + "'") == 1;
    }
    std::int64_t undos(const Case& one) {
        return number(
            "SELECT count(*) FROM delivery WHERE kind = 'undo' AND write = 'remove_time'"
            " AND seconds = 3600 AND session = '" +
            std::string(one.state) + "'");
    }
    std::int64_t first_windows(const std::string& verdict) {
        return number(
            "SELECT count(*) FROM window WHERE local_start = '2026-06-01'"
            " AND verdict = '" +
            verdict + "'");
    }
};

TEST_F(LateProofTest, Counting_UnwantsWhateverIsNotAppliedYet) {
    miss(cadence::LateProof::Count);
    EXPECT_EQ(first_windows("met"), std::int64_t(kCases.size()));
    for (const Case& one : kCases) {
        EXPECT_EQ(punishment(one), one.afterwards);
        EXPECT_EQ(wanted(one), one.wanted) << one.state;
        EXPECT_EQ(undos(one), 0) << one.state;
    }
}

TEST_F(LateProofTest, Compensating_TakesBackWhatWasApplied) {
    miss(cadence::LateProof::Compensate);
    EXPECT_EQ(first_windows("met"), std::int64_t(kCases.size()));
    for (const Case& one : kCases) {
        EXPECT_EQ(punishment(one), one.afterwards);
        EXPECT_EQ(wanted(one), one.wanted) << one.state;
        EXPECT_EQ(undos(one), one.undone ? 1 : 0) << one.state;
    }
    proof("another", yesterday, 1, "check_in", "applied");
    EXPECT_EQ(number("SELECT count(*) FROM delivery WHERE kind = 'undo'"), 1) << "once";
}

TEST_F(LateProofTest, Ignored_ChangesNothing) {
    miss(cadence::LateProof::Ignore);
    EXPECT_EQ(first_windows("missed"), std::int64_t(kCases.size()));
    for (const Case& one : kCases) {
        EXPECT_EQ(punishment(one), std::string(one.state) + " ");
        EXPECT_TRUE(wanted(one)) << one.state;
        EXPECT_EQ(undos(one), 0) << one.state;
    }
    EXPECT_EQ(number("SELECT count(*) FROM delivery WHERE kind = 'progress'"), 0);
    EXPECT_EQ(number("SELECT count(*) FROM proof WHERE counted = 0 AND reason = 'late_ignored'"),
              std::int64_t(kCases.size()));
}

}  // namespace
}  // namespace ledger_test
