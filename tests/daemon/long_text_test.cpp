#include "daemon/routes/long_text.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "tests/ledger/temp_directory.hpp"

namespace {

using cadenced::wire::LongText;
using cadenced::wire::TextRoom;

std::shared_ptr<TextRoom> roomy() { return std::make_shared<TextRoom>(100'000'000); }

std::string read_all(LongText& text) {
    std::string all;
    for (bool more = true; more;) {
        const auto piece = text.read();
        if (!piece) return piece.error().detail;
        all += *piece;
        more = !piece->empty();
    }
    return all;
}

TEST(LongText, ShortOne_StaysInMemory) {
    LongText text("/nonexistent", roomy());
    ASSERT_TRUE(text.append("one "));
    ASSERT_TRUE(text.append("two"));
    EXPECT_TRUE(text.fits_in_memory());
    EXPECT_EQ(text.size(), 7U);
    EXPECT_EQ(read_all(text), "one two");
}

TEST(LongText, LongOne_ComesBackWholeAndLeavesNothingBehind) {
    const ledger_test::TempDirectory directory;
    std::string expected;
    {
        LongText text(directory.path(), roomy());
        for (int i = 0; i < 100'000; ++i) {
            const std::string line = "line " + std::to_string(i) + "\n";
            expected += line;
            ASSERT_TRUE(text.append(line));
        }
        EXPECT_FALSE(text.fits_in_memory());
        EXPECT_EQ(text.size(), expected.size());
        EXPECT_EQ(read_all(text), expected);
    }
    EXPECT_TRUE(std::filesystem::is_empty(directory.path()));
}

TEST(LongText, LongOneWithoutAPlace_IsAnError) {
    LongText text("/nonexistent", roomy());
    ASSERT_TRUE(text.append(std::string(100'000, 'x')));
    const auto kept = text.append("one more");
    ASSERT_FALSE(kept);
    EXPECT_EQ(kept.error().code, cadence::ErrorCode::StorageBusy);
    EXPECT_NE(kept.error().detail.find("/nonexistent"), std::string::npos);
}

TEST(LongText, RoomThatOthersHaveTaken_IsAnErrorUntilTheyGo) {
    const ledger_test::TempDirectory directory;
    const auto room = std::make_shared<TextRoom>(150'000);
    LongText late(directory.path(), room);
    ASSERT_TRUE(late.append(std::string(100'000, 'x')));
    {
        LongText early(directory.path(), room);
        ASSERT_TRUE(early.append(std::string(100'000, 'x')));
        ASSERT_TRUE(early.append("more"));
        const auto kept = late.append("more");
        ASSERT_FALSE(kept);
        EXPECT_EQ(kept.error().code, cadence::ErrorCode::StorageBusy);
    }
    EXPECT_TRUE(late.append("more"));
}

}  // namespace
