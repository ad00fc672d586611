#include "cadence/error.hpp"

#include <gtest/gtest.h>

#include <set>

namespace {

using namespace cadence;

constexpr int kCodes = static_cast<int>(ErrorCode::Internal) + 1;

TEST(Error, EveryCode_HasANameOfItsOwn) {
    std::set<std::string> names;
    for (int code = 0; code < kCodes; ++code) names.insert(to_string(static_cast<ErrorCode>(code)));
    EXPECT_EQ(names.size(), static_cast<std::size_t>(kCodes));
}

TEST(Error, BytesMayHaveLeft_IsNeverRetryable) {
    EXPECT_EQ(recovery_of(ErrorCode::TimedOut), Recovery::OutcomeUnknown);
    EXPECT_EQ(recovery_of(ErrorCode::Interrupted), Recovery::OutcomeUnknown);
    EXPECT_EQ(recovery_of(ErrorCode::Malformed), Recovery::OutcomeUnknown);
    EXPECT_EQ(recovery_of(ErrorCode::CannotConnect), Recovery::Retryable);
}

TEST(Error, Fail_CarriesCodeDetailAndField) {
    const Result<int> result = fail(ErrorCode::InvalidArgument, "too small", "cadence.every");
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::InvalidArgument);
    EXPECT_EQ(result.error().detail, "too small");
    EXPECT_EQ(result.error().field, "cadence.every");
}

}  // namespace
