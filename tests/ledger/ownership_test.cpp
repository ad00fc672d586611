// Who punishes a miss, where the platform turns its own punishment on and off between launches: the
// last look before the window's end and every one since decide, and any of them that says platform.
#include <array>

#include "tests/ledger/intake_fixture.hpp"

namespace ledger_test {
namespace {

enum class Look { None, On, Off, OnByKey, OnForAnother, Disabled, Unreadable };

struct Sequence {
    const char* id;
    // Three hours and one hour before the end, one and two hours after it.
    std::array<Look, 4> looks;
    const char* punishment;
};

class OwnershipTest : public IntakeTest {
  protected:
    std::optional<engine::PlatformRequirement> said(Look seen) {
        if (seen == Look::Off) return std::nullopt;
        auto requirement = own(seen == Look::OnByKey        ? "platform_name"
                               : seen == Look::OnForAnother ? "walk"
                                                            : "check_in");
        if (seen == Look::Disabled) requirement.enabled = false;
        if (seen == Look::Unreadable) requirement.metric = "";
        return requirement;
    }

    void enrol(const std::string& id) {
        auto spec = daily();
        spec.rules.key = "platform_name";
        must_put(session({spec}, id));
    }

    const Instant end = utc(2026, 6, 1, 22h);
};

TEST_F(OwnershipTest, EverySequenceOfLooks_Table) {
    const std::vector<Sequence> cases{
        {"never-seen", {Look::None, Look::None, Look::None, Look::None}, "queued "},
        {"off", {Look::Off, Look::None, Look::None, Look::None}, "queued "},
        {"on-before-the-end", {Look::None, Look::On, Look::None, Look::None}, "platform"},
        {"on-then-off-before", {Look::On, Look::Off, Look::None, Look::None}, "queued "},
        {"off-then-on-before", {Look::Off, Look::On, Look::None, Look::None}, "platform"},
        {"on-before-off-since", {Look::None, Look::On, Look::Off, Look::None}, "platform"},
        {"off-before-on-since", {Look::None, Look::Off, Look::On, Look::None}, "platform"},
        {"on-and-off-since", {Look::None, Look::Off, Look::On, Look::Off}, "platform"},
        {"first-look-since-on", {Look::None, Look::None, Look::On, Look::None}, "platform"},
        {"first-look-since-off", {Look::None, Look::None, Look::Off, Look::None}, "queued "},
        {"since-on-then-off", {Look::None, Look::None, Look::On, Look::Off}, "platform"},
        {"by-our-key", {Look::OnByKey, Look::None, Look::None, Look::None}, "platform"},
        {"another-metric", {Look::OnForAnother, Look::None, Look::None, Look::None}, "queued "},
        {"disabled", {Look::Disabled, Look::None, Look::None, Look::None}, "queued "},
        {"unreadable", {Look::Unreadable, Look::None, Look::None, Look::None}, "platform"},
    };
    for (const Sequence& one : cases) enrol(one.id);
    const std::array<cadence::Duration, 4> times{-3h, -1h, 1h, 2h};
    for (std::size_t i = 0; i < times.size(); ++i) {
        live_until(end + times[i]);
        must_work_off();
        for (const Sequence& one : cases) {
            if (i == 0) {
                ASSERT_TRUE(launch(std::string("token of ") + one.id, one.id));
            }
            if (one.looks[i] == Look::None) continue;
            must_see_context(std::string("token of ") + one.id, said(one.looks[i]), one.id);
        }
    }
    for (const Sequence& one : cases) {
        const std::string wanted =
            one.punishment == std::string("platform") ? "waived platform_owned" : one.punishment;
        EXPECT_EQ(text("SELECT state || ' ' || reason FROM delivery WHERE session = '" +
                       std::string(one.id) + "'"),
                  wanted)
            << one.id;
    }
}

TEST_F(OwnershipTest, UntilAContextIsSeen_NothingIsSent) {
    enrol("lock-1");
    live_until(end + 1h);
    must_work_off();
    ASSERT_TRUE(launch("token"));
    live_until(end + 2h);
    const auto head = run(outbox->load_lane({"lock-1"}, policy, now, 0ms));
    ASSERT_TRUE(head);
    EXPECT_EQ(head->todo, engine::LaneHead::Todo::Verify);
    const engine::BeginAttempt begin{
        {number("SELECT id FROM delivery")}, ledger::hash_of_token("token"), std::nullopt};
    const auto begun = run(outbox->begin_attempt(begin, policy, now));
    ASSERT_TRUE(begun);
    EXPECT_EQ(begun->begun, engine::Begun::NotDue);
}

TEST_F(OwnershipTest, LookMadeOnAClockThatWasAhead_StillCountsWhenItSaysPlatform) {
    enrol("lock-1");
    ASSERT_TRUE(launch("token"));
    must_see_context("token", own());
    now += 72h;  // set ahead
    must_see_context("token", std::nullopt);
    now -= 72h;
    must_see_context("token", own());
    now += 1h;
    must_see_context("token", std::nullopt);
    live_until(end + 5min);
    must_work_off();
    EXPECT_EQ(deliveries().front(), "punishment add_time waiting ")
        << "the last look before the end said that the platform does not punish";
}

}  // namespace
}  // namespace ledger_test
