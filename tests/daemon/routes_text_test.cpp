// The pure parts: times, names and tokens as text, bodies read strictly.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "daemon/routes/body_json.hpp"
#include "daemon/routes/launch_token.hpp"
#include "daemon/routes/rfc3339.hpp"
#include "daemon/routes/unknown_name.hpp"
#include "daemon/routes/words.hpp"

namespace {

using namespace cadenced::wire;
using cadence::ErrorCode;

TEST(Rfc3339, ValidInstants_ComeBackInUtc) {
    const std::vector<std::pair<std::string, std::string>> cases{
        {"2026-03-01T08:00:00Z", "2026-03-01T08:00:00Z"},
        {"2026-03-01T08:00:00+01:00", "2026-03-01T07:00:00Z"},
        {"2026-03-01T00:30:00+05:45", "2026-02-28T18:45:00Z"},
        {"2026-03-01T23:30:00-12:00", "2026-03-02T11:30:00Z"},
        {"2026-03-01T08:00:00.25Z", "2026-03-01T08:00:00.250Z"},
        {"2026-03-01T08:00:00.123456789Z", "2026-03-01T08:00:00.123Z"},
        {"2026-03-01t08:00:00z", "2026-03-01T08:00:00Z"},
        {"2024-02-29T00:00:00-00:00", "2024-02-29T00:00:00Z"},
        {"1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z"},
        {"9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"},
    };
    for (const auto& [text, expected] : cases) {
        const auto instant = parse_instant(text);
        ASSERT_TRUE(instant) << text;
        EXPECT_EQ(to_text(*instant), expected) << text;
    }
}

TEST(Rfc3339, WrongInstants_AreNone) {
    for (const char* const text : {"",
                                   "now",
                                   "2026-03-01",
                                   "2026-03-01T08:00:00",
                                   "2026-03-01 08:00:00Z",
                                   "2026-03-01T08:00Z",
                                   "2026-03-01T24:00:00Z",
                                   "2026-03-01T23:59:60Z",
                                   "2026-02-30T00:00:00Z",
                                   "2025-02-29T00:00:00Z",
                                   "2026-13-01T00:00:00Z",
                                   "2026-00-01T00:00:00Z",
                                   "2026-03-01T08:00:00.Z",
                                   "2026-03-01T08:00:00.1234567890Z",
                                   "2026-03-01T08:00:00+1:00",
                                   "2026-03-01T08:00:00+0100",
                                   "2026-03-01T08:00:00+24:00",
                                   "2026-03-01T08:00:00Z ",
                                   " 2026-03-01T08:00:00Z",
                                   "1969-12-31T23:59:59Z",
                                   "1970-01-01T00:00:00+00:01",
                                   "9999-12-31T23:59:59-00:01",
                                   "10000-01-01T00:00:00Z",
                                   "2026-3-1T8:00:00Z",
                                   "1772352000"}) {
        EXPECT_FALSE(parse_instant(text)) << text;
    }
}

TEST(Rfc3339, Dates_OnlyThoseThatExist) {
    EXPECT_EQ(to_text(parse_date("2024-02-29").value()), "2024-02-29");
    for (const char* const text : {"", "2025-02-29", "2026-1-1", "2026-01-01T00:00:00Z",
                                   "01.02.2026", "1899-12-31", "2026-04-31"}) {
        EXPECT_FALSE(parse_date(text)) << text;
    }
}

TEST(UnknownName, Slip_SuggestsTheKnownOne) {
    const std::vector<std::string> known{"metric", "requiredCount", "cadence"};
    EXPECT_EQ(explain_unknown("metrc", known), "is not known here; did you mean metric?");
    EXPECT_EQ(explain_unknown("requiredcount", known),
              "is not known here; did you mean requiredCount?");
    EXPECT_EQ(explain_unknown("wholly_else", known),
              "is not known here: there are metric, requiredCount, cadence");
}

TEST(UnknownName, WhatCouldBeASecret_IsNotRepeated) {
    EXPECT_EQ(repeatable_name("weekstart"), "weekstart");
    for (const char* const name :
         {"", "a.b.c", "0123456789abcdef0123456789abcdef", "a b", "\x01"}) {
        EXPECT_EQ(repeatable_name(name), "(not repeated)") << name;
    }
}

TEST(LaunchToken, JsonWebToken_ExpiryIsFound) {
    // {"alg":"none"}.{"exp":1780000000} and {"exp":1780000000.5}
    const auto expected = cadence::Instant{std::chrono::seconds{1'780'000'000}};
    EXPECT_EQ(find_token_expiry("eyJhbGciOiJub25lIn0.eyJleHAiOjE3ODAwMDAwMDB9.c2ln"), expected);
    EXPECT_EQ(find_token_expiry("eyJhbGciOiJub25lIn0.eyJleHAiOjE3ODAwMDAwMDAuNX0."), expected);
}

TEST(LaunchToken, AnythingElse_HasNoExpiry) {
    for (const char* const token : {"", "opaque", "a.b", "a.b.c", "a..c", "a.eyJleHAiOiIxIn0.c",
                                    "a.eyJleHAiOi0xfQ.c", "a.eyJleHAiOjFlOTl9.c", "a.W10.c",
                                    "a.e30.c", "a.eyJleHAiOjF9.c.d", "a.ey JleHAiOjF9.c"}) {
        EXPECT_FALSE(find_token_expiry(token)) << token;
    }
}

TEST(LaunchToken, Shape_IsThatOfAHeadersValue) {
    EXPECT_TRUE(is_token("a~!"));
    EXPECT_TRUE(is_token(std::string(kLongestToken, 'x')));
    EXPECT_FALSE(is_token(std::string(kLongestToken + 1, 'x')));
    for (const char* const token : {"", "a b", "a\r\nb", "\xc3\xa4", "\x7f"}) {
        EXPECT_FALSE(is_token(token)) << token;
    }
}

TEST(Words, EachTable_ReadsWhatItWrites) {
    for (const auto& word : kDeliveryStates) {
        EXPECT_EQ(find_word(kDeliveryStates, word_of(kDeliveryStates, word.value)), word.value);
        EXPECT_EQ(word.text, cadence::to_string(word.value));
    }
    for (const auto& word : kDeliveryKinds) EXPECT_EQ(word.text, cadence::to_string(word.value));
    EXPECT_FALSE(find_word(kOwners, "Auto"));
    EXPECT_EQ(list_words(kMisfires), "all, latest or none");
}

TEST(Body, NotJson_IsMalformedAndNotRepeated) {
    const std::string deep_arrays(40, '[');
    for (const std::string& text :
         {std::string("{"), std::string("nonsense-token"), std::string("{\"a\":1,}"),
          std::string("{'a':1}"), std::string("{\"a\":01}"), std::string("{\"a\":1e999}"),
          std::string("{\"a\":\"\xff\"}"), std::string("{\"a\":\"\xc0\xaf\"}"),
          std::string("{\"a\":\"\xed\xa0\x80\"}"), std::string("{\"a\":\"\\ud800\"}"),
          std::string("{\"a\":\"b\nc\"}"), std::string("{} {}"), std::string("\0{}", 3),
          std::string("{\"a\":NaN}"), "{\"a\":" + deep_arrays, deep_arrays}) {
        const auto parsed = parse_body(text);
        ASSERT_FALSE(parsed) << text;
        EXPECT_EQ(parsed.error().code, ErrorCode::Malformed) << text;
        EXPECT_EQ(parsed.error().detail.find("nonsense"), std::string::npos);
    }
}

TEST(Body, NoObject_IsInvalid) {
    for (const char* const text : {"[]", "1", "\"a\"", "null", "true"}) {
        const auto parsed = parse_body(text);
        ASSERT_FALSE(parsed) << text;
        EXPECT_EQ(parsed.error().code, ErrorCode::InvalidArgument) << text;
    }
}

TEST(Body, NameGivenTwice_IsInvalidAtAnyDepth) {
    for (const char* const text : {R"({"a":1,"a":1})", R"({"b":[{"a":1,"a":2}]})"}) {
        const auto parsed = parse_body(text);
        ASSERT_FALSE(parsed) << text;
        EXPECT_EQ(parsed.error().field, "a") << text;
    }
    EXPECT_TRUE(parse_body(R"({"a":{"a":1},"b":[{"a":1},{"a":2}]})"));
}

TEST(Body, ThirtyTwoLevels_AreTheDeepest) {
    const auto nested = [](std::size_t arrays) {
        return "{\"a\":" + std::string(arrays, '[') + std::string(arrays, ']') + "}";
    };
    EXPECT_TRUE(parse_body(nested(31)));
    EXPECT_FALSE(parse_body(nested(32)));
}

}  // namespace
