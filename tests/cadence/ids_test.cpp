#include "cadence/ids.hpp"

#include <gtest/gtest.h>

#include <type_traits>

namespace {

using namespace cadence;

static_assert(!std::is_convertible_v<WindowId, DeliveryId>);
static_assert(!std::is_convertible_v<std::int64_t, WindowId>);
static_assert(!std::is_same_v<SessionId, ProofId>);

TEST(Ids, AllowedCharacters_AreAccepted) {
    EXPECT_TRUE(is_session_id("lock-1._~Z"));
    EXPECT_TRUE(is_proof_id("backend:2024-01-05~1._"));
    EXPECT_TRUE(is_metric("check_in:daily-1"));
}

TEST(Ids, OtherCharacters_AreRefused) {
    for (const char* text : {"", " ", "a b", "a/b", "a:b", "\xc3\xa4", "a\n"}) {
        EXPECT_FALSE(is_session_id(text)) << text;
    }
    EXPECT_FALSE(is_proof_id("a/b"));
    EXPECT_FALSE(is_metric("a.b"));
    EXPECT_FALSE(is_metric("a~b"));
    EXPECT_FALSE(is_session_id(std::string("a\0b", 3)));
}

TEST(Ids, LongestLength_IsTheLast) {
    EXPECT_TRUE(is_session_id(std::string(128, 'a')));
    EXPECT_FALSE(is_session_id(std::string(129, 'a')));
    EXPECT_TRUE(is_proof_id(std::string(128, 'a')));
    EXPECT_FALSE(is_proof_id(std::string(129, 'a')));
    EXPECT_TRUE(is_metric(std::string(64, 'a')));
    EXPECT_FALSE(is_metric(std::string(65, 'a')));
}

}  // namespace
