#include "cadence/delivery.hpp"

#include <gtest/gtest.h>

#include <set>

namespace {

using namespace cadence;
using namespace std::chrono_literals;

constexpr DeliveryKind kKinds[] = {DeliveryKind::Progress, DeliveryKind::Punishment,
                                   DeliveryKind::Undo};
constexpr DeliveryState kStates[] = {DeliveryState::Waiting,  DeliveryState::Queued,
                                     DeliveryState::InFlight, DeliveryState::Unknown,
                                     DeliveryState::Applied,  DeliveryState::Rejected,
                                     DeliveryState::Held,     DeliveryState::Waived};
constexpr AnswerKind kNotApplied[] = {AnswerKind::NotSent,      AnswerKind::Throttled,
                                      AnswerKind::TokenRefused, AnswerKind::Suspended,
                                      AnswerKind::HostFault,    AnswerKind::Rejected};

Answer answer_of(AnswerKind kind) {
    Answer answer;
    answer.kind = kind;
    return answer;
}

AttemptFacts facts_of(DeliveryKind kind, int attempt = 1) {
    AttemptFacts facts;
    facts.kind = kind;
    facts.attempt = attempt;
    if (kind == DeliveryKind::Progress) facts.on_unknown = OnUnknown::Resend;
    return facts;
}

struct AnswerCase {
    AnswerKind answer;
    DeliveryState state;
    const char* reason;
};

TEST(AfterAnswer, WantedAndKnownOutcome_Table) {
    const AnswerCase cases[] = {
        {AnswerKind::Applied, DeliveryState::Applied, ""},
        {AnswerKind::NotSent, DeliveryState::Queued, "not_sent"},
        {AnswerKind::Throttled, DeliveryState::Queued, "throttled"},
        {AnswerKind::TokenRefused, DeliveryState::Queued, "token_refused"},
        {AnswerKind::SessionEnded, DeliveryState::Waived, "lock_ended"},
        {AnswerKind::Suspended, DeliveryState::Waiting, "extension_not_enabled"},
        {AnswerKind::HostFault, DeliveryState::Queued, "host_fault"},
        {AnswerKind::Rejected, DeliveryState::Rejected, "rejected"},
    };
    for (const AnswerCase& one : cases) {
        for (const DeliveryKind kind : kKinds) {
            for (const int attempt : {1, 2, 7, 1000}) {
                const auto next = after_answer(facts_of(kind, attempt), answer_of(one.answer), 0.5);
                EXPECT_EQ(next.state, one.state) << to_string(one.answer);
                EXPECT_EQ(next.reason, one.reason);
            }
        }
    }
}

TEST(AfterAnswer, OnlyWhatIsNobodysFault_Waits) {
    for (const DeliveryKind kind : kKinds) {
        for (const int attempt : {1, 2, 3, 30}) {
            const auto facts = facts_of(kind, attempt);
            for (const auto waits :
                 {AnswerKind::NotSent, AnswerKind::Throttled, AnswerKind::HostFault}) {
                EXPECT_EQ(after_answer(facts, answer_of(waits), 0.9).wait, backoff(attempt, 0.9));
            }
            for (const auto goes_on : {AnswerKind::Applied, AnswerKind::TokenRefused,
                                       AnswerKind::Suspended, AnswerKind::Rejected}) {
                EXPECT_EQ(after_answer(facts, answer_of(goes_on), 0.9).wait, 0ms);
            }
        }
    }
}

TEST(AfterAnswer, ThrottledWithRetryAfter_WaitsThatClamped) {
    Answer answer = answer_of(AnswerKind::Throttled);
    const std::pair<Duration, Duration> cases[] = {{0ms, 1s},  {-5s, 1s},      {1s, 1s},
                                                   {42s, 42s}, {15min, 15min}, {24h, 15min}};
    for (const auto& [sent, waited] : cases) {
        answer.retry_after = sent;
        EXPECT_EQ(after_answer(facts_of(DeliveryKind::Punishment, 9), answer, 0.1).wait, waited);
    }
}

TEST(AfterAnswer, RejectedWithCode_TheCodeIsTheReason) {
    Answer answer = answer_of(AnswerKind::Rejected);
    answer.code = "pillory_not_enabled";
    EXPECT_EQ(after_answer(facts_of(DeliveryKind::Punishment), answer, 0).reason,
              "pillory_not_enabled");
}

TEST(AfterAnswer, UnwantedAndNotApplied_IsWaived) {
    for (const AnswerKind answer : kNotApplied) {
        for (const DeliveryKind kind : kKinds) {
            AttemptFacts facts = facts_of(kind, 3);
            facts.wanted = false;
            const Transition waived{DeliveryState::Waived, "unwanted", 0ms};
            EXPECT_EQ(after_answer(facts, answer_of(answer), 0.5), waived) << to_string(answer);
        }
    }
}

TEST(AfterAnswer, UnwantedButApplied_IsAppliedSoThatItCanBeUndone) {
    AttemptFacts facts = facts_of(DeliveryKind::Punishment);
    facts.wanted = false;
    EXPECT_EQ(after_answer(facts, answer_of(AnswerKind::Applied), 0).state, DeliveryState::Applied);
}

TEST(AfterAnswer, UnknownPunishmentOrUndo_IsSettledInAStepOfItsOwn) {
    for (const DeliveryKind kind : {DeliveryKind::Punishment, DeliveryKind::Undo}) {
        for (const bool wanted : {true, false}) {
            for (const int unknowns : {0, 1, 5}) {
                AttemptFacts facts = facts_of(kind, unknowns + 1);
                facts.unknowns = unknowns;
                facts.wanted = wanted;
                const Transition unknown{DeliveryState::Unknown, "no_answer", 0ms};
                EXPECT_EQ(after_answer(facts, answer_of(AnswerKind::Unknown), 0.5), unknown);
            }
        }
    }
}

TEST(AfterAnswer, FirstUnknownOfProgress_WaitsAMinuteForItsResend) {
    Answer answer = answer_of(AnswerKind::Unknown);
    answer.code = "timed_out";
    const Transition unknown{DeliveryState::Unknown, "timed_out", 60s};
    EXPECT_EQ(after_answer(facts_of(DeliveryKind::Progress, 4), answer, 0.5), unknown);
}

TEST(AfterAnswer, SecondUnknownOfProgress_IsSettledAtOnce) {
    const std::pair<OnUnknown, Transition> cases[] = {
        {OnUnknown::Resend, {DeliveryState::Held, "outcome_unknown", 0ms}},
        {OnUnknown::Hold, {DeliveryState::Held, "outcome_unknown", 0ms}},
        {OnUnknown::AssumeApplied, {DeliveryState::Applied, "assumed_applied", 0ms}},
    };
    for (const auto& [policy, expected] : cases) {
        AttemptFacts facts = facts_of(DeliveryKind::Progress, 2);
        facts.unknowns = 1;
        facts.on_unknown = policy;
        EXPECT_EQ(after_answer(facts, answer_of(AnswerKind::Unknown), 0.5), expected);
    }
}

struct SettleCase {
    DeliveryKind kind;
    OnUnknown policy;
    int unknowns;
    bool wanted;
    DeliveryState state;
    const char* reason;
};

TEST(SettleUnread, KindPolicyAndHistory_Table) {
    using enum DeliveryKind;
    using enum OnUnknown;
    const SettleCase cases[] = {
        {Progress, Resend, 0, true, DeliveryState::Queued, "resend"},
        {Progress, Resend, 1, true, DeliveryState::Held, "outcome_unknown"},
        {Progress, Resend, 2, true, DeliveryState::Held, "outcome_unknown"},
        {Progress, Hold, 0, true, DeliveryState::Held, "outcome_unknown"},
        {Progress, AssumeApplied, 0, true, DeliveryState::Applied, "assumed_applied"},
        {Punishment, Hold, 0, true, DeliveryState::Held, "outcome_unknown"},
        {Punishment, Hold, 3, true, DeliveryState::Held, "outcome_unknown"},
        {Punishment, AssumeApplied, 0, true, DeliveryState::Applied, "assumed_applied"},
        {Punishment, Resend, 0, true, DeliveryState::Held, "outcome_unknown"},
        {Punishment, Hold, 0, false, DeliveryState::Waived, "unwanted"},
        {Punishment, AssumeApplied, 0, false, DeliveryState::Waived, "unwanted"},
        {Undo, Hold, 0, true, DeliveryState::Held, "outcome_unknown"},
        {Undo, AssumeApplied, 0, true, DeliveryState::Applied, "assumed_applied"},
        {Undo, Hold, 0, false, DeliveryState::Waived, "unwanted"},
    };
    for (std::size_t i = 0; i < std::size(cases); ++i) {
        const SettleCase& one = cases[i];
        AttemptFacts facts = facts_of(one.kind, one.unknowns + 1);
        facts.on_unknown = one.policy;
        facts.unknowns = one.unknowns;
        facts.wanted = one.wanted;
        EXPECT_EQ(settle_unread(facts), (Transition{one.state, one.reason, 0ms})) << i;
    }
}

TEST(Backoff, AnyAttemptAndChance_StaysWithinItsBounds) {
    Duration longest = 500ms;
    for (int attempt = 1; attempt <= 40; ++attempt) {
        EXPECT_EQ(backoff(attempt, 0.0), 50ms);
        for (const double uniform : {0.001, 0.3, 0.5, 0.9999999}) {
            EXPECT_GE(backoff(attempt, uniform), 50ms);
            EXPECT_LE(backoff(attempt, uniform), longest) << attempt;
        }
        EXPECT_GE(backoff(attempt, 0.9999999), longest - 1ms) << attempt;
        longest = std::min<Duration>(longest * 2, 5min);
    }
}

TEST(Backoff, AttemptOutOfRange_IsTheNearest) {
    EXPECT_EQ(backoff(0, 0.5), backoff(1, 0.5));
    EXPECT_EQ(backoff(-7, 0.5), backoff(1, 0.5));
    EXPECT_EQ(backoff(2'000'000'000, 0.5), 150s);
}

TEST(MayTouch, EachState_Table) {
    using enum DeliveryState;
    const std::set<DeliveryState> retry{Rejected, Waiting, Queued};
    const std::set<DeliveryState> waive{Waiting, Queued, Rejected, Held, Unknown};
    const std::set<DeliveryState> settle{Unknown, Held};
    for (const DeliveryState state : kStates) {
        EXPECT_EQ(may_retry(state), retry.contains(state)) << to_string(state);
        EXPECT_EQ(may_waive(state), waive.contains(state)) << to_string(state);
        EXPECT_EQ(may_settle(state), settle.contains(state)) << to_string(state);
    }
}

TEST(Names, WrittenAndReadAgain_AreTheSame) {
    for (const DeliveryKind kind : kKinds) EXPECT_EQ(parse_delivery_kind(to_string(kind)), kind);
    for (const DeliveryState state : kStates)
        EXPECT_EQ(parse_delivery_state(to_string(state)), state);
    for (const WriteKind kind :
         {WriteKind::Progress, WriteKind::AddTime, WriteKind::RemoveTime, WriteKind::Freeze,
          WriteKind::Unfreeze, WriteKind::Pillory, WriteKind::PilloryEnd}) {
        EXPECT_EQ(parse_write_kind(to_string(kind)), kind);
    }
    EXPECT_STREQ(to_string(DeliveryState::InFlight), "inFlight");
    EXPECT_STREQ(to_string(WriteKind::PilloryEnd), "pillory.end");
    for (const char* wrong : {"", "Progress", "in_flight", "applied ", "pillory_end"}) {
        EXPECT_FALSE(parse_delivery_kind(wrong));
        EXPECT_FALSE(parse_delivery_state(wrong));
        EXPECT_FALSE(parse_write_kind(wrong));
    }
}

TEST(WriteOf, EachPunishment_BecomesItsCall) {
    const Write add = write_of({PunishmentType::AddTime, 3600s, "late"});
    EXPECT_EQ(add, (Write{WriteKind::AddTime, "", 0, 3600s, ""}));
    const Write freeze = write_of({PunishmentType::Freeze, 60s, "late"});
    EXPECT_EQ(freeze, (Write{WriteKind::Freeze, "", 0, 60s, ""}));
    const Write pillory = write_of({PunishmentType::Pillory, 900s, "late"});
    EXPECT_EQ(pillory, (Write{WriteKind::Pillory, "", 0, 900s, "late"}));
}

TEST(InverseOf, EachPunishment_BecomesItsUndo) {
    const auto inverse = [](PunishmentType type) {
        return inverse_of(write_of({type, 600s, "r"}));
    };
    EXPECT_EQ(inverse(PunishmentType::AddTime), (Write{WriteKind::RemoveTime, "", 0, 600s, ""}));
    EXPECT_EQ(inverse(PunishmentType::Freeze), (Write{WriteKind::Unfreeze, "", 0, 600s, ""}));
    EXPECT_EQ(inverse(PunishmentType::Pillory), (Write{WriteKind::PilloryEnd, "", 0, 600s, ""}));
}

TEST(WriteOfDeathTest, NoPunishment_IsABrokenInvariant) {
    EXPECT_DEATH(static_cast<void>(write_of({})), "broken invariant");
    EXPECT_DEATH(static_cast<void>(inverse_of(Write{})), "broken invariant");
}

}  // namespace
