// The simulation's own parts: a simulation that forgives too much finds nothing.
#include <gtest/gtest.h>

#include <set>

#include "tests/simulation/civil.hpp"
#include "tests/simulation/disk.hpp"
#include "tests/simulation/life.hpp"

namespace simulation {
namespace {

using Bytes = Disk::Bytes;

Bytes bytes_of(Disk& disk) { return disk.image_of("f"); }

Bytes filled(std::size_t size, unsigned char value) { return Bytes(size, value); }

TEST(Disk, PowerCut_KeepsWhatWasSynced) {
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        Disk disk{Dice{seed}};
        auto const file = disk.create("f");
        auto const data = filled(2000, 1);
        ASSERT_EQ(file->write(data.data(), data.size(), 0), Disk::Outcome::Done);
        ASSERT_EQ(file->sync(), Disk::Outcome::Done);
        disk.lose_power();
        EXPECT_EQ(bytes_of(disk), data);
    }
}

TEST(Disk, PowerCut_MayLoseTearOrKeepWhatWasNotSynced) {
    std::set<Bytes> seen;
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        Disk disk{Dice{seed}};
        disk.put("f", filled(1024, 0));
        auto const data = filled(1024, 1);
        ASSERT_EQ(disk.find("f")->write(data.data(), data.size(), 0), Disk::Outcome::Done);
        disk.lose_power();
        seen.insert(bytes_of(disk));
    }
    // Each of two sectors, as it was or as it is.
    EXPECT_EQ(seen.size(), 4U);
}

TEST(Disk, PowerCut_LeavesThoseWhoHoldTheFileWithNothing) {
    Disk disk{Dice{1}};
    auto const file = disk.create("f");
    disk.lose_power();
    EXPECT_EQ(file->write("x", 1, 0), Disk::Outcome::Failed);
    EXPECT_EQ(file->sync(), Disk::Outcome::Failed);
}

TEST(Disk, Full_TakesNoWriteAndCanStillTruncate) {
    Disk disk{Dice{1}};
    disk.put("f", filled(10, 0));
    disk.trouble.full = true;
    EXPECT_EQ(disk.find("f")->write("x", 1, 0), Disk::Outcome::Full);
    EXPECT_EQ(disk.find("f")->truncate(4), Disk::Outcome::Done);
    EXPECT_EQ(bytes_of(disk).size(), 4U);
}

TEST(Civil, MidnightsAtTheChangesOfTheClocks_AreTheLaws) {
    using namespace std::chrono;
    EXPECT_EQ(midnight_of("2026-03-29", "Europe/Berlin"), sys_days{2026y / 3 / 28} + 23h);
    EXPECT_EQ(midnight_of("2026-03-30", "Europe/Berlin"), sys_days{2026y / 3 / 29} + 22h);
    EXPECT_EQ(midnight_of("2026-10-25", "Europe/Berlin"), sys_days{2026y / 10 / 24} + 22h);
    EXPECT_EQ(midnight_of("2026-10-26", "Europe/Berlin"), sys_days{2026y / 10 / 25} + 23h);
    EXPECT_EQ(midnight_of("2026-03-08", "America/New_York"), sys_days{2026y / 3 / 8} + 5h);
    EXPECT_EQ(midnight_of("2026-03-09", "America/New_York"), sys_days{2026y / 3 / 9} + 4h);
    EXPECT_EQ(midnight_of("2026-11-02", "America/New_York"), sys_days{2026y / 11 / 2} + 5h);
    EXPECT_EQ(midnight_of("2028-02-29", "UTC"), sys_days{2028y / 2 / 29});
}

TEST(Life, SameSeed_IsTheSameLifeToTheLastByte) {
    LifeOptions options;
    options.seed = 11;
    options.days = 7;
    options.wearers = 3;
    auto const one = live(options);
    auto const other = live(options);
    EXPECT_EQ(one.trace_hash, other.trace_hash);
    EXPECT_EQ(one.counts, other.counts);
    EXPECT_TRUE(one.violations.empty()) << one.violations.front();
}

TEST(Life, AnotherSeed_IsAnotherLife) {
    LifeOptions options;
    options.seed = 11;
    options.days = 2;
    options.wearers = 1;
    auto changed = options;
    changed.seed = 12;
    EXPECT_NE(live(options).trace_hash, live(changed).trace_hash);
}

}  // namespace
}  // namespace simulation
