#include "tests/sandbox/lock.hpp"

#include <gtest/gtest.h>

namespace sandbox {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr Instant kLockedAt{std::chrono::sys_days{std::chrono::year{2026} / 2 / 1}};

TEST(Lock, TimePasses_CountsDownAndUp) {
    Lock const lock(kLockedAt, hours(1));
    EXPECT_EQ(lock.remaining(kLockedAt + minutes(20)), minutes(40));
    EXPECT_EQ(lock.locked(kLockedAt + minutes(20)), minutes(20));
    EXPECT_EQ(lock.remaining(kLockedAt + hours(2)), Millis{0});
}

TEST(Lock, Frozen_StandsStillUntilTheFreezeEnds) {
    Lock lock(kLockedAt, hours(1));
    lock.freeze(kLockedAt + minutes(10), minutes(5));
    EXPECT_TRUE(lock.frozen(kLockedAt + minutes(14)));
    EXPECT_EQ(lock.remaining(kLockedAt + minutes(14)), minutes(50));
    EXPECT_FALSE(lock.frozen(kLockedAt + minutes(15)));
    EXPECT_EQ(lock.remaining(kLockedAt + minutes(20)), minutes(45));
}

TEST(Lock, UnfrozenEarly_RunsOnFromThere) {
    Lock lock(kLockedAt, hours(1));
    lock.freeze_without_end(kLockedAt);
    EXPECT_TRUE(lock.unfreeze(kLockedAt + hours(3)));
    EXPECT_FALSE(lock.unfreeze(kLockedAt + hours(3)));
    EXPECT_EQ(lock.remaining(kLockedAt + hours(3) + minutes(1)), minutes(59));
}

TEST(Lock, FrozenTwice_KeepsTheLaterEnd) {
    Lock lock(kLockedAt, hours(1));
    lock.freeze(kLockedAt, minutes(30));
    lock.freeze(kLockedAt + minutes(1), minutes(5));
    EXPECT_TRUE(lock.frozen(kLockedAt + minutes(29)));
    EXPECT_EQ(lock.remaining(kLockedAt + minutes(31)), minutes(59));
}

TEST(Lock, AddedWhileFrozen_CountsAndStaysFrozen) {
    Lock lock(kLockedAt, hours(1));
    lock.freeze(kLockedAt, minutes(30));
    EXPECT_EQ(lock.add(kLockedAt + minutes(10), minutes(7)), minutes(7));
    EXPECT_EQ(lock.remaining(kLockedAt + minutes(20)), minutes(67));
    EXPECT_EQ(lock.remaining(kLockedAt + minutes(31)), minutes(66));
}

TEST(Lock, RemovedMoreThanRemains_StopsAtZero) {
    Lock lock(kLockedAt, minutes(10));
    EXPECT_EQ(lock.add(kLockedAt + minutes(4), -hours(1)), -minutes(6));
    EXPECT_EQ(lock.remaining(kLockedAt + minutes(4)), Millis{0});
}

TEST(Lock, AddedBeyondTheMaximum_IsCut) {
    Lock lock(kLockedAt, minutes(10));
    lock.set_max_remaining(kLockedAt, minutes(30));
    EXPECT_EQ(lock.add(kLockedAt + minutes(5), hours(1)), minutes(20));
    EXPECT_EQ(lock.max_remaining(kLockedAt + minutes(5)), minutes(25));
    lock.set_remaining(kLockedAt + minutes(5), hours(2));
    EXPECT_EQ(lock.add(kLockedAt + minutes(5), minutes(1)), Millis{0});
}

TEST(Lock, Pillory_EndsByItselfOrWhenEnded) {
    Lock lock(kLockedAt, hours(1));
    EXPECT_FALSE(lock.end_pillory(kLockedAt));
    lock.start_pillory(kLockedAt, minutes(10));
    EXPECT_TRUE(lock.in_pillory(kLockedAt + minutes(9)));
    EXPECT_FALSE(lock.in_pillory(kLockedAt + minutes(10)));
    EXPECT_TRUE(lock.end_pillory(kLockedAt + minutes(1)));
    EXPECT_FALSE(lock.in_pillory(kLockedAt + minutes(2)));
}

TEST(Lock, ClockSteppedBack_NeverCountsBackwards) {
    Lock const lock(kLockedAt, hours(1));
    EXPECT_EQ(lock.remaining(kLockedAt - hours(1)), hours(1));
    EXPECT_EQ(lock.locked(kLockedAt - seconds(1)), Millis{0});
}

}  // namespace
}  // namespace sandbox
