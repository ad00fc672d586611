#include "tests/sandbox/answer_script.hpp"

#include <gtest/gtest.h>

#include "tests/sandbox/reading.hpp"
#include "tests/sandbox/reshape.hpp"

namespace sandbox {
namespace {

constexpr Instant kNow{std::chrono::sys_days{std::chrono::year{2026} / 2 / 1}};
const std::string kMessage = "HTTP/1.1 200 OK\r\n\r\nbody";  // 19 and 4

Position at(std::uint64_t offset) { return {Position::From::Start, offset}; }

std::string shape(const Reshape& reshape) {
    HttpReply reply;
    reply.body = "12345678";
    return reshaped(reshape, reply, KeepAlive::Yes, kNow).bytes;
}

TEST(Position, OfEveryKind_LiesWithinTheMessage) {
    auto const extent = extent_of(kMessage);
    EXPECT_EQ(resolve(at(5), extent), 5U);
    EXPECT_EQ(resolve(at(500), extent), 23U);
    EXPECT_EQ(resolve({Position::From::End, 3}, extent), 20U);
    EXPECT_EQ(resolve({Position::From::End, 50}, extent), 0U);
    EXPECT_EQ(resolve({Position::From::HeadEnd, 0}, extent), 19U);
    EXPECT_EQ(resolve({Position::From::HeadHalf, 0}, extent), 9U);
    EXPECT_EQ(resolve({Position::From::BodyHalf, 0}, extent), 21U);
    EXPECT_EQ(resolve({Position::From::Random, 24}, extent), 0U);
}

TEST(AnswerScript, Pauses_SplitTheAnswerWhereTheyAre) {
    auto const script =
        make_script(kMessage, kMessage.size(),
                    {{at(9), Millis{5}}, {at(9), Millis{2}}, {at(20), Millis{1}}}, std::nullopt);
    ASSERT_EQ(script.pieces.size(), 3U);
    EXPECT_EQ(script.pieces[1].pause, Millis{7});
    EXPECT_EQ(script.pieces[1].bytes, kMessage.substr(9, 11));
    EXPECT_TRUE(script.whole);
}

TEST(AnswerScript, Cut_DropsWhatLiesBehindAndItsPauses) {
    auto const script = make_script(kMessage, 9, {{at(20), Millis{1}}}, std::nullopt);
    ASSERT_EQ(script.pieces.size(), 1U);
    EXPECT_EQ(script.pieces[0].bytes, "HTTP/1.1 ");
    EXPECT_FALSE(script.whole);
}

TEST(AnswerScript, Drip_ComesInPortions) {
    auto const script = make_script(kMessage, kMessage.size(), {}, Dripping{at(20), 2, Millis{3}});
    ASSERT_EQ(script.pieces.size(), 3U);
    EXPECT_EQ(script.pieces[1].bytes, "od");
    EXPECT_EQ(script.pieces[2].bytes, "y");
    EXPECT_EQ(script.pieces[2].pause, Millis{3});
}

TEST(Corruption, FlipsAndInserts) {
    auto message = kMessage;
    corrupt(message, {at(0), 0x20, "", 0, 0});
    EXPECT_EQ(message[0], 'h');
    corrupt(message, {{Position::From::HeadEnd, 0}, 0, "no", 3, 1});
    EXPECT_EQ(message.substr(19, 2), "no");
    EXPECT_EQ(message.size(), kMessage.size() + 5);
    corrupt(message, {at(5000), 1, "end", 0, 0});
    EXPECT_TRUE(message.ends_with("bodyend"));
}

TEST(Reshape, Nothing_IsTheUsualAnswer) {
    HttpReply reply;
    reply.body = "12345678";
    EXPECT_EQ(shape({}), to_wire(reply, KeepAlive::Yes, kNow));
}

TEST(Reshape, Framing_IsWrongAsOrdered) {
    Reshape reshape;
    reshape.length_off_by = -3;
    EXPECT_NE(shape(reshape).find("Content-Length: 5\r\n"), std::string::npos);
    reshape.length_off_by = 10;
    EXPECT_NE(shape(reshape).find("Content-Length: 18\r\n"), std::string::npos);
    reshape = {};
    reshape.chunking = Chunking::Whole;
    EXPECT_TRUE(shape(reshape).ends_with("\r\n\r\n4\r\n1234\r\n4\r\n5678\r\n0\r\n\r\n"));
    reshape.chunking = Chunking::NoEnd;
    EXPECT_TRUE(shape(reshape).ends_with("5678\r\n"));
    reshape.chunking = Chunking::BadSize;
    EXPECT_TRUE(shape(reshape).ends_with("zz\r\n1234\r\n4\r\n5678\r\n0\r\n\r\n"));
}

TEST(Reshape, HeadersInterimAndCopies_AreAdded) {
    Reshape reshape;
    reshape.interim = {100, 103};
    reshape.copies = 2;
    reshape.date_off_seconds = -3600;
    reshape.extra_headers = 3;
    reshape.extra_header_bytes = 1000;
    auto const wire = shape(reshape);
    EXPECT_TRUE(
        wire.starts_with("HTTP/1.1 100 Interim\r\n\r\nHTTP/1.1 103 Interim\r\n\r\nHTTP/1.1 200"));
    EXPECT_NE(wire.find("Date: Sat, 31 Jan 2026 23:00:00 GMT\r\n"), std::string::npos);
    EXPECT_NE(wire.find("X-Extra-2: hhh"), std::string::npos);
    EXPECT_NE(wire.find("12345678HTTP/1.1 200"), std::string::npos);
    EXPECT_GT(wire.size(), 6000U);
}

TEST(Reshape, BodyAndDate_AreReplaced) {
    Reshape reshape;
    reshape.filler = 5'000'000;
    reshape.date = "";
    EXPECT_GT(shape(reshape).size(), 5'000'000U);
    EXPECT_EQ(shape(reshape).find("Date"), std::string::npos);
    reshape = {};
    reshape.garbage = 256;
    EXPECT_NE(shape(reshape).find('\0'), std::string::npos);
}

TEST(Reading, StallBeforeTheCut_ComesFirst) {
    Faults faults(1);
    FaultRule stall;
    stall.kind = FaultKind::Stall;
    stall.part = Part::Request;
    stall.at = at(2);
    stall.delay = Millis{9};
    faults.add(stall);
    FaultRule cut = stall;
    cut.kind = FaultKind::Break;
    cut.at = at(3);
    faults.add(cut);
    Reading reading(faults);
    EXPECT_EQ(reading.most(), 1U);
    reading.read_on("P", false);
    EXPECT_EQ(reading.next().kind, ReadingStep::Kind::Go);
    reading.read_on("PO", false);
    EXPECT_EQ(reading.next().wait, Millis{9});
    EXPECT_EQ(reading.next().kind, ReadingStep::Kind::Go);
    reading.read_on("POS", false);
    EXPECT_EQ(reading.next().kind, ReadingStep::Kind::Break);
    EXPECT_EQ(reading.broken_at(), 3U);
}

TEST(Reading, WithoutRules_ReadsAllThereIs) {
    Faults faults(1);
    EXPECT_GT(Reading(faults).most(), 1000U);
}

}  // namespace
}  // namespace sandbox
