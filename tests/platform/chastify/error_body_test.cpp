#include "platform/chastify/error_body.hpp"

#include <gtest/gtest.h>

namespace {

using chastify::ErrorBody;
using chastify::parse_error_body;

struct BodyCase {
    const char* body;
    bool empty;
    bool json;
    const char* code;
    const char* text;
};

TEST(ParseErrorBody, EveryShape_Table) {
    const BodyCase cases[] = {
        {R"({"error":"lock_ended"})", false, true, "lock_ended", R"({"error":"lock_ended"})"},
        {R"({"error":{"code":"lock_ended","message":"over"}})", false, true, "lock_ended", "over"},
        {R"({"code":"lock_ended","message":"over"})", false, true, "lock_ended", "over"},
        {R"({"error":"lock_ended","message":"over"})", false, true, "lock_ended", "over"},
        {R"({"error":"Not Found","code":"no_session"})", false, true, "no_session",
         R"({"code":"no_session","error":"Not Found"})"},
        {R"({"error":"NotFound"})", false, true, "", R"({"error":"NotFound"})"},
        {R"({"code":404})", false, true, "", R"({"code":404})"},
        {R"({"code":"404"})", false, true, "", R"({"code":"404"})"},
        {R"({"code":"","message":7})", false, true, "", R"({"code":"","message":7})"},
        {R"({"error":null})", false, true, "", R"({"error":null})"},
        {R"({"error":["lock_ended"]})", false, true, "", R"({"error":["lock_ended"]})"},
        {R"("forbidden")", false, true, "", R"("forbidden")"},
        {"[]", false, true, "", "[]"},
        {"", true, false, "", ""},
        {" \r\n\t", true, false, "", " \r\n\t"},
        {"<html>lock_ended</html>", false, false, "", "<html>lock_ended</html>"},
        {"Forbidden", false, false, "", "Forbidden"},
        {R"({"error":"lock_en)", false, false, "", R"({"error":"lock_en)"},
    };
    for (const BodyCase& one : cases) {
        const ErrorBody body = parse_error_body(one.body);
        EXPECT_EQ(body.empty, one.empty) << one.body;
        EXPECT_EQ(body.json, one.json) << one.body;
        EXPECT_EQ(body.code, one.code) << one.body;
        EXPECT_EQ(body.text, one.text);
    }
}

TEST(ParseErrorBody, CodeTooLong_IsNone) {
    const auto with = [](std::size_t length) {
        return parse_error_body(R"({"code":")" + std::string(length, 'c') + "\"}").code.size();
    };
    EXPECT_EQ(with(64), 64U);
    EXPECT_EQ(with(65), 0U);
}

TEST(ParseErrorBody, EscapedText_IsWrittenPlainly) {
    EXPECT_EQ(parse_error_body(R"({"a":"x\/\u0041"})").text, R"({"a":"x/A"})");
}

}  // namespace
