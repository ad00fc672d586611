// The quick reading of a proof never says anything else than the thorough one.
#include "daemon/routes/plain_proof.hpp"

#include <gtest/gtest.h>

#include "daemon/routes/requests.hpp"

namespace {

using cadenced::wire::find_plain_proof;
using cadenced::wire::parse_proof;

TEST(PlainProof, EveryMember_IsRead) {
    const auto proof =
        find_plain_proof(R"( {"happenedAt":"2026-06-01T08:00:00+02:00", "amount":7,"metric":"m:1",)"
                         R"("sessionId":"s.~-_","id":"p\u0031"} )");
    ASSERT_TRUE(proof);
    EXPECT_EQ(proof->id.value, "p1");
    EXPECT_EQ(proof->session.value, "s.~-_");
    EXPECT_EQ(proof->metric, "m:1");
    EXPECT_EQ(proof->amount, 7);
    ASSERT_TRUE(proof->happened_at);
    EXPECT_EQ(cadence::to_ms(*proof->happened_at), 1'780'293'600'000);
}

TEST(PlainProof, EverythingElse_IsLeftToTheThoroughReading) {
    const std::string good = R"({"id":"p","sessionId":"s","metric":"m")";
    for (const std::string& body :
         {std::string{},
          std::string{"[]"},
          std::string{"\"id\""},
          std::string{"7"},
          std::string{"{}"},
          good,
          good + "} x",
          good + R"(,"id":"p"})",
          good + R"(,"amonut":1})",
          good + R"(,"amount":null})",
          good + R"(,"amount":0})",
          good + R"(,"amount":-1})",
          good + R"(,"amount":1.0})",
          good + R"(,"amount":"1"})",
          good + R"(,"amount":1000001})",
          good + R"(,"amount":99999999999999999999})",
          good + R"(,"happenedAt":"today"})",
          good + R"(,"happenedAt":1})",
          good + R"(,"happenedAt":["2026-06-01T08:00:00Z"]})",
          good + R"(,"happenedAt":{"id":"q"}})",
          std::string{R"({"id":"p","sessionId":"s"})"},
          std::string{R"({"id":"p q","sessionId":"s","metric":"m"})"},
          std::string{R"({"id":"p","sessionId":"s/","metric":"m"})"},
          std::string{R"({"id":"p","sessionId":"s","metric":"m.m"})"},
          std::string{R"({"id":true,"sessionId":"s","metric":"m"})"},
          std::string{"{\"id\":\"\xff\",\"sessionId\":\"s\",\"metric\":\"m\"}"}}) {
        EXPECT_FALSE(find_plain_proof(body)) << body;
    }
    EXPECT_TRUE(parse_proof(good + R"(,"amount":null})")) << "unusual, but right";
}

}  // namespace
