#include "cadence/secret.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <concepts>
#include <ostream>
#include <string>
#include <type_traits>
#include <utility>

namespace {

using cadence::Secret;

template <class T>
concept Printable = requires(std::ostream& out, const T& value) {
    out << value;
};
template <class T>
concept Comparable = requires(const T& value) {
    value == value;
};

static_assert(Printable<std::string> && fmt::is_formattable<std::string>::value,
              "the checks below can tell");
static_assert(!Printable<Secret>);
static_assert(!fmt::is_formattable<Secret>::value);
static_assert(!Comparable<Secret>, "a comparison that stops early tells how far it came");
static_assert(!std::is_convertible_v<Secret, std::string>);
static_assert(!std::is_convertible_v<Secret, std::string_view>);
static_assert(!std::is_convertible_v<std::string, Secret>);

// Longer than what a string keeps inside itself, so that its memory can be looked at from outside.
const std::string kToken(64, 't');

TEST(Secret, Revealed_IsTheValue) {
    const Secret secret{kToken};
    EXPECT_EQ(secret.reveal(), kToken);
    EXPECT_FALSE(secret.empty());
    EXPECT_TRUE(Secret{}.empty());
}

TEST(Secret, MovedFrom_KeepsNoByte) {
    Secret source{kToken};
    const char* const bytes = source.reveal().data();
    const Secret target{std::move(source)};
    EXPECT_EQ(target.reveal(), kToken);
    EXPECT_TRUE(source.empty());  // NOLINT(bugprone-use-after-move): that is what is tested
    // The source still owns its buffer, cleared.
    EXPECT_EQ(source.reveal().data(), bytes);
    for (std::size_t i = 0; i < kToken.size(); ++i) ASSERT_EQ(bytes[i], '\0');
}

TEST(Secret, Assigned_OldValueIsWiped) {
    Secret secret{kToken};
    const char* const bytes = secret.reveal().data();
    secret = Secret{};
    EXPECT_TRUE(secret.empty());
    ASSERT_EQ(secret.reveal().data(), bytes);
    for (std::size_t i = 0; i < kToken.size(); ++i) ASSERT_EQ(bytes[i], '\0');
}

TEST(Secret, AssignedToItself_StaysTheSame) {
    Secret secret{kToken};
    const Secret& alias = secret;
    secret = alias;
    EXPECT_EQ(secret.reveal(), kToken);
}

}  // namespace
