// Proofs as NDJSON: pieces of any size, one result a line, bad lines beside good ones.
#include <boost/asio/post.hpp>
#include <functional>
#include <nlohmann/json.hpp>

#include "daemon/routes/line_splitter.hpp"
#include "tests/daemon/routes_fixture.hpp"

namespace {

using cadenced::wire::Line;
using cadenced::wire::LineSplitter;
using nlohmann::json;
using routes_test::daily_body;

std::vector<std::string> texts(const std::vector<Line>& lines) {
    std::vector<std::string> found;
    for (const Line& line : lines) {
        found.push_back(std::to_string(line.number) + ":" + line.text + (line.too_long ? "!" : ""));
    }
    return found;
}

// All lines of `text`, fed `size` bytes at a time and handed out `most` at a time.
std::vector<std::string> split_by(const std::string& text, std::size_t size,
                                  std::size_t most = 100) {
    LineSplitter splitter(8);
    std::vector<Line> all;
    for (std::size_t at = 0; at < text.size(); at += size) {
        const auto piece = text.substr(at, size);
        for (std::string_view rest = piece; !rest.empty();) {
            auto lines = splitter.feed(rest, most);
            EXPECT_LE(lines.size(), most);
            for (Line& line : lines) all.push_back(std::move(line));
        }
    }
    for (Line& line : splitter.finish()) all.push_back(std::move(line));
    return texts(all);
}

using Texts = std::vector<std::string>;

TEST(LineSplitter, PiecesOfAnySize_MakeTheSameLines) {
    const std::string text = "one\r\n\n  \ntwo\n12345678\n123456789\nlast";
    const Texts lines{"1:one", "4:two", "5:12345678", "6:12345678!", "7:last"};
    for (std::size_t size = 1; size <= text.size(); ++size) {
        for (const std::size_t most : {1U, 2U, 3U, 100U}) {
            EXPECT_EQ(split_by(text, size, most), lines) << size << " " << most;
        }
    }
    EXPECT_EQ(split_by("a\n", 1), Texts{"1:a"});
    EXPECT_EQ(split_by("", 1), Texts{});
}

class ProofLines : public routes_test::RoutesTest {
  protected:
    // Hands `text` in, `size` bytes a piece; `cut`: the error that ends it; `coding`: as it says.
    net::HttpReply hand_in(std::string text, std::size_t size = 64,
                           std::optional<cadence::Error> cut = {}, const char* coding = nullptr) {
        net::HttpRequest request = post_lines();
        if (coding != nullptr) request.headers.add("Content-Encoding", coding);
        EXPECT_TRUE(cadenced::takes_lines(request));
        request.next_piece = [&text, size, cut,
                              this]() -> boost::asio::awaitable<cadence::Result<std::string>> {
            ++pieces_;
            if (text.empty() && cut) co_return tl::unexpected<cadence::Error>(*cut);
            auto piece = text.substr(0, size);
            text.erase(0, piece.size());
            co_return piece;
        };
        auto reply = run(routes->handle(std::move(request)));
        in_one_piece_ = !reply.next_chunk;
        if (reply.next_chunk) reply.body = run(read_all(reply));
        return reply;
    }

    static net::HttpRequest post_lines() {
        net::HttpRequest request;
        request.method = "POST";
        request.target = "/v1/proofs";
        request.path = {"v1", "proofs"};
        request.headers.add("Content-Type", "application/x-ndjson");
        return request;
    }

    static boost::asio::awaitable<std::string> read_all(const net::HttpReply& reply) {
        std::string all = reply.body;
        for (bool more = true; more;) {
            auto reading = reply.next_chunk();
            const std::optional<std::string> piece = co_await std::move(reading);
            if (piece) all += *piece;
            more = piece.has_value();
        }
        co_return all;
    }

    static std::vector<json> lines_of(const net::HttpReply& reply) {
        std::vector<json> lines;
        LineSplitter splitter(10'000);
        std::string_view body = reply.body;
        for (const Line& line : splitter.feed(body, body.size())) {
            lines.push_back(json::parse(line.text));
        }
        return lines;
    }

    static std::string proof(const std::string& id, const std::string& metric = "check_in") {
        return R"({"id":")" + id + R"(","sessionId":"lock-1","metric":")" + metric + "\"}\n";
    }

    int pieces_{0};
    bool in_one_piece_{true};
};

TEST_F(ProofLines, GoodAndBadLines_AreAnsweredInOrder) {
    ASSERT_EQ(ask("PUT", "/v1/sessions/lock-1", daily_body()).status, 201);
    const auto reply = hand_in(
        proof("p1") + "\n" + proof("p1") + "not json\n" + proof("p2", "unknown") +
        R"({"id":"p1","sessionId":"lock-1","metric":"check_in","amount":2})" + "\n" +
        R"({"id":"p3","sessionId":"nobody","metric":"check_in"})" + "\n" +
        R"({"id":"p4","sessionId":"lock-1","metric":"check_in","amonut":2})" + "\n" + proof("p5"));
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.content_type, "application/x-ndjson");
    const auto lines = lines_of(reply);
    std::vector<int> statuses;
    for (const auto& line : lines) statuses.push_back(line.at("status").get<int>());
    EXPECT_EQ(statuses, (std::vector{201, 200, 422, 422, 409, 404, 422, 201}));
    EXPECT_EQ(lines[0], (json{{"id", "p1"}, {"status", 201}}));
    EXPECT_TRUE(lines[2].at("id").is_null());
    EXPECT_EQ(lines[2].at("line"), 4) << "blank lines count, so that an editor finds it";
    EXPECT_EQ(lines[6].at("id"), "p4");
    EXPECT_NE(lines[6].at("detail").get<std::string>().find("amonut"), std::string::npos);
}

TEST_F(ProofLines, LineThatIsWrongByAClockInDoubt_IsToBeKeptAndStopsNoOther) {
    ASSERT_EQ(ask("PUT", "/v1/sessions/lock-1", daily_body()).status, 201);
    facts.platforms["chastify"].clocks_disagree_since = now;
    const std::string future =
        R"({"id":"f","sessionId":"lock-1","metric":"check_in","happenedAt":"2099-01-01T00:00:00Z"})";
    const auto lines = lines_of(hand_in(future + "\n" + proof("p1")));
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_EQ(lines[0].at("status"), 503);
    EXPECT_EQ(lines[1].at("status"), 201);
}

TEST_F(ProofLines, ManyLines_AreCommittedByThePiece) {
    ASSERT_EQ(ask("PUT", "/v1/sessions/lock-1", daily_body()).status, 201);
    std::string text;
    for (int i = 0; i < 5'000; ++i) text += proof("p" + std::to_string(i));
    const auto before = writer->totals().commits;
    const auto reply = hand_in(text, 65'536);
    const auto commits = writer->totals().commits - before;
    EXPECT_EQ(lines_of(reply).size(), 5'000U);
    EXPECT_EQ(number("SELECT count(*) FROM proof"), 5'000);
    EXPECT_LE(commits, 2 * static_cast<std::uint64_t>(pieces_));
    EXPECT_FALSE(in_one_piece_) << "a long answer is not kept in memory";
    const auto lines = lines_of(reply);
    for (std::size_t i = 0; i < lines.size(); ++i) {
        ASSERT_EQ(lines[i], (json{{"id", "p" + std::to_string(i)}, {"status", 201}}));
    }
}

TEST_F(ProofLines, PieceOfUsualLines_IsOneCommit) {
    ASSERT_EQ(ask("PUT", "/v1/sessions/lock-1", daily_body()).status, 201);
    std::string text;
    for (int i = 0; i < 2'000; ++i) text += proof("p" + std::to_string(i));
    const auto before = writer->totals().commits;
    EXPECT_EQ(lines_of(hand_in(text, 131'072)).size(), 2'000U);
    EXPECT_EQ(writer->totals().commits - before, 1U);
}

TEST_F(ProofLines, PieceOfManyLines_LetsOthersHaveTheirTurn) {
    int turns = 0;
    std::function<void()> turn = [this, &turns, &turn] {
        ++turns;
        if (pieces_ < 2) boost::asio::post(loop, turn);
    };
    boost::asio::post(loop, turn);
    std::string junk;
    for (int i = 0; i < 20'000; ++i) junk += "x\n";
    const auto reply = hand_in(junk, 65'536);
    EXPECT_GE(turns, 20) << "512 lines a turn";
    const auto lines = lines_of(reply);
    ASSERT_EQ(lines.size(), 20'000U);
    EXPECT_EQ(lines.back().at("line"), 20'000);
}

TEST_F(ProofLines, AnswerThatCannotBeKept_Is503AndWhatWasTakenIsKnown) {
    ASSERT_EQ(ask("PUT", "/v1/sessions/lock-1", daily_body()).status, 201);
    scratch("/nonexistent");
    std::string text;
    for (int i = 0; i < 5'000; ++i) text += proof("p" + std::to_string(i));
    const auto reply = hand_in(text, 65'536);
    EXPECT_EQ(reply.status, 503);
    const auto taken = number("SELECT count(*) FROM proof");
    EXPECT_NE(reply.body.find("the first " + std::to_string(taken) + " lines"), std::string::npos)
        << reply.body;
}

TEST_F(ProofLines, SenderThatBreaksOff_IsToldHowFarItCame) {
    ASSERT_EQ(ask("PUT", "/v1/sessions/lock-1", daily_body()).status, 201);
    const auto reply = hand_in(proof("p1") + proof("p2") + R"({"id":"p3")", 1'000,
                               cadence::Error{cadence::ErrorCode::TooLarge, "too large", {}});
    EXPECT_EQ(reply.status, 413);
    EXPECT_NE(reply.body.find("the first 2 lines have been dealt with"), std::string::npos)
        << reply.body;
    EXPECT_EQ(number("SELECT count(*) FROM proof"), 2);
}

TEST_F(ProofLines, BodyThatIsCutOff_Is400AndSaysHowFarItCame) {
    ASSERT_EQ(ask("PUT", "/v1/sessions/lock-1", daily_body()).status, 201);
    const auto reply = hand_in(
        proof("p1"), 1'000, cadence::Error{cadence::ErrorCode::Interrupted, "the body ended", {}});
    EXPECT_EQ(reply.status, 400);
    EXPECT_NE(reply.body.find("the body ended; the first 1 lines "), std::string::npos)
        << reply.body;
}

TEST_F(ProofLines, LineThatIsWrong_IsCalledALine) {
    const auto reply = hand_in("not json\n[]\n" + std::string(40, '[') + "\n", 1'000);
    const auto lines = lines_of(reply);
    ASSERT_EQ(lines.size(), 3U);
    for (const auto& line : lines) {
        EXPECT_EQ(line.at("detail").get<std::string>().rfind("the line ", 0), 0U) << line;
    }
}

TEST_F(ProofLines, CompressedLines_Are415AndNotRead) {
    const auto reply = hand_in(proof("p1"), 64, {}, "gzip");
    EXPECT_EQ(reply.status, 415);
    EXPECT_EQ(pieces_, 0);
    EXPECT_NE(reply.body.find("Content-Encoding"), std::string::npos) << reply.body;
}

TEST_F(ProofLines, LineThatNeverEnds_IsRefusedAndTheNextIsTaken) {
    ASSERT_EQ(ask("PUT", "/v1/sessions/lock-1", daily_body()).status, 201);
    const auto lines = lines_of(hand_in(std::string(100'000, 'x') + "\n" + proof("p1"), 4'096));
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_EQ(lines[0].at("status"), 422);
    EXPECT_EQ(lines[1].at("status"), 201);
}

TEST_F(ProofLines, NoLines_AreAnEmptyAnswer) {
    const auto reply = hand_in("\n\n");
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.body, "");
}

}  // namespace
