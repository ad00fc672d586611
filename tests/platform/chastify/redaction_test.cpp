#include "platform/chastify/redaction.hpp"

#include <gtest/gtest.h>

namespace {

using cadence::Secret;
using chastify::Redaction;

Redaction two() { return Redaction({Secret("key-0123456789"), Secret(""), Secret("tok-abcdef")}); }

TEST(Redaction, SecretsAnywhere_AreReplaced) {
    EXPECT_EQ(two().shown("a key-0123456789 b tok-abcdef key-0123456789."),
              "a [redacted] b [redacted] [redacted].");
    EXPECT_EQ(two().shown("nothing here"), "nothing here");
}

TEST(Redaction, BeginningOfASecret_IsReplaced) {
    EXPECT_EQ(two().shown("cut: key-0123"), "cut: [redacted]");
    EXPECT_EQ(two().shown("cut: tok-abcde"), "cut: [redacted]");
    EXPECT_EQ(two().shown("not told by: tok"), "not told by: tok");
    EXPECT_EQ(two().shown("a key-0123x b"), "a [redacted]x b");
}

TEST(Redaction, SecretWithinTheOther_TheLongerGoesWhole) {
    const Redaction redaction({Secret("abcdef"), Secret("abcdefghij")});
    EXPECT_EQ(redaction.shown("<abcdefghij>"), "<[redacted]>");
}

TEST(Redaction, SecretsThatBeginAlike_GoWhole) {
    const Redaction redaction({Secret("prefix_aaaaaaaaaaaa"), Secret("prefix_bbbb")});
    EXPECT_EQ(redaction.shown("prefix_bbbb prefix_aaaaaaaaaaaa prefix_bb"),
              "[redacted] [redacted] [redacted]");
}

TEST(Redaction, ShortSecret_IsReplacedWhole) {
    EXPECT_EQ(Redaction({Secret("abc")}).shown("ab abc abcd"), "ab [redacted] [redacted]d");
}

TEST(Redaction, SecretAcrossTheLimit_IsGoneBeforeTheCut) {
    const std::string shown = two().shown(std::string(295, 'x') + "key-0123456789");
    EXPECT_EQ(shown, std::string(295, 'x') + "[reda");
}

TEST(Redaction, ControlCharactersAndBrokenUtf8_BecomePrintable) {
    const std::pair<const char*, const char*> cases[] = {
        {"a\r\nb\tc\x1b[0m\x7f", "a  b c [0m "},
        {"gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x94\x92",
         "gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x94\x92"},
        {"\xff\xfe", "??"},
        {"\xc3", "?"},
        {"\xc0\x80", "??"},
        {"\xed\xa0\x80", "???"},
        {"\xe0\x80\x80", "???"},
        {"\xf5\x80\x80\x80", "????"},
        {"\xf4\x90\x80\x80", "????"},
        {"\xc2\x9b", "??"},
        {"\xe2\x82", "??"}};
    for (const auto& [text, shown] : cases) EXPECT_EQ(two().shown(text), shown) << text;
}

TEST(Redaction, LongText_IsCutBetweenCharacters) {
    std::string euros;
    for (int i = 0; i < 200; ++i) euros += "\xe2\x82\xac";
    EXPECT_EQ(two().shown("x" + euros).size(), 298U);
    EXPECT_EQ(two().shown(std::string(1000, 'x')).size(), Redaction::kLongest);
}

TEST(Redaction, TextThatHoldsOrIsPartOfASecret_BetraysIt) {
    EXPECT_TRUE(two().betrays("x key-0123456789"));
    EXPECT_TRUE(two().betrays("tok-abcdef"));
    EXPECT_TRUE(two().betrays("abcdef"));
    EXPECT_FALSE(two().betrays("abc"));
    EXPECT_FALSE(two().betrays("lock_ended"));
    EXPECT_FALSE(two().betrays(""));
}

}  // namespace
