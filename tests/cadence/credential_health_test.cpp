#include "cadence/credential_health.hpp"

#include <gtest/gtest.h>

namespace {

using namespace cadence;
using namespace std::chrono_literals;

constexpr Monotonic kRefusedAt{1000h};

SessionId lock(int number) { return SessionId{"lock-" + std::to_string(number)}; }

CredentialHealth faulty() {
    CredentialHealth health;
    for (int i = 0; i < 3; ++i) health.refused(lock(i), kRefusedAt);
    return health;
}

TEST(CredentialHealth, ThreeLockSessionsWithinAMinute_IsTheCredentialsFault) {
    CredentialHealth health;
    EXPECT_FALSE(health.refused(lock(1), kRefusedAt));
    EXPECT_FALSE(health.refused(lock(2), kRefusedAt + 30s));
    EXPECT_TRUE(health.refused(lock(3), kRefusedAt + 60s));
    EXPECT_TRUE(health.at_fault());
    EXPECT_FALSE(health.refused(lock(4), kRefusedAt + 61s)) << "told once only";
}

TEST(CredentialHealth, OneLockSessionManyTimes_IsItsTokensFault) {
    CredentialHealth health;
    for (int i = 0; i < 50; ++i) EXPECT_FALSE(health.refused(lock(i % 2), kRefusedAt + i * 1s));
    EXPECT_TRUE(health.may_call(kRefusedAt));
}

TEST(CredentialHealth, RefusalsFurtherApart_AreForgotten) {
    CredentialHealth health;
    for (int i = 0; i < 50; ++i) EXPECT_FALSE(health.refused(lock(i), kRefusedAt + i * 31s));
}

TEST(CredentialHealth, AnyAcceptedCallBetween_ProvesTheCredential) {
    CredentialHealth health;
    for (int i = 0; i < 50; ++i) {
        EXPECT_FALSE(health.refused(lock(i), kRefusedAt));
        if (i % 2 == 1) {
            EXPECT_FALSE(health.accepted());
        }
    }
}

TEST(CredentialHealth, AtFault_IsProbedEveryThirtySeconds) {
    CredentialHealth health = faulty();
    EXPECT_FALSE(health.may_call(kRefusedAt));
    EXPECT_FALSE(health.may_call(kRefusedAt + 30s - 1ns));
    EXPECT_TRUE(health.may_call(kRefusedAt + 30s));
    EXPECT_FALSE(health.may_call(kRefusedAt + 30s)) << "the probe is taken";
    EXPECT_EQ(health.next_probe(), kRefusedAt + 60s);
    EXPECT_TRUE(health.may_call(kRefusedAt + 60s));
}

TEST(CredentialHealth, ProbeAccepted_EndsTheFault) {
    CredentialHealth health = faulty();
    ASSERT_TRUE(health.may_call(kRefusedAt + 30s));
    EXPECT_TRUE(health.accepted());
    EXPECT_FALSE(health.at_fault());
    EXPECT_TRUE(health.may_call(kRefusedAt + 30s));
    EXPECT_FALSE(health.accepted());
}

TEST(CredentialHealth, Reloaded_ProbesAtOnceAndOnlyOnce) {
    CredentialHealth health = faulty();
    health.reloaded();
    EXPECT_TRUE(health.at_fault()) << "until the new one is accepted";
    EXPECT_TRUE(health.may_call(kRefusedAt + 1s));
    EXPECT_FALSE(health.may_call(kRefusedAt + 2s));
}

TEST(CredentialHealth, ReloadedWhileHealthy_ForgetsTheOldOnesRefusals) {
    CredentialHealth health;
    health.refused(lock(1), kRefusedAt);
    health.refused(lock(2), kRefusedAt);
    health.reloaded();
    EXPECT_FALSE(health.refused(lock(3), kRefusedAt));
}

}  // namespace
