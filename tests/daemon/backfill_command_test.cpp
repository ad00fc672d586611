#include "daemon/backfill_command.hpp"

#include <gtest/gtest.h>

#include "daemon/backfill_lines.hpp"

namespace cadenced {
namespace {

using std::chrono::local_days;
using std::chrono::March;
using std::chrono::year;

constexpr char kMissed[] =
    R"({"event":"window","id":"7","sessionId":"lock-1","metric":"check_in","localStart":"2026-03-01",)"
    R"("localEnd":"2026-03-02","before":{"verdict":"met","reason":null},)"
    R"("after":{"verdict":"missed","reason":"count_not_reached"},"deliveries":["punishment"],)"
    R"("changed":true})";
constexpr char kPlan[] = R"({"event":"plan","windows":3,"changes":1})";
constexpr char kDone[] = R"({"event":"done","windows":3,"changes":1})";

BackfillOptions march() {
    BackfillOptions options;
    options.from = local_days{year{2026} / March / 1};
    options.to = local_days{year{2026} / March / 31};
    return options;
}

PostBackfill answering(int status, std::vector<std::string> lines, std::string body = {}) {
    return [status, lines = std::move(lines), body = std::move(body)](
               const std::string&, const OnLine& on_line) -> cadence::Result<BackfillReply> {
        for (const std::string& line : lines) on_line(line);
        return BackfillReply{status, body};
    };
}

struct Shown {
    cadence::Result<ExitCode> code;
    std::string out;
    std::string err;
};

Shown show(const BackfillOptions& options, const PostBackfill& post) {
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    auto code = show_backfill(options, post);
    std::string out = testing::internal::GetCapturedStdout();
    return {std::move(code), std::move(out), testing::internal::GetCapturedStderr()};
}

TEST(BackfillBody, EveryOption_IsAFieldOfTheContract) {
    BackfillOptions options = march();
    EXPECT_EQ(to_backfill_body(options),
              R"({"dryRun":false,"from":"2026-03-01","punish":false,"to":"2026-03-31"})");
    options.session = "lock-1";
    options.metric = "check_in";
    options.dry_run = true;
    options.punish = true;
    EXPECT_EQ(to_backfill_body(options),
              R"({"dryRun":true,"from":"2026-03-01","metric":"check_in","punish":true,)"
              R"("sessionId":"lock-1","to":"2026-03-31"})");
}

TEST(BackfillCommand, DryRun_ShowsATableOfWhatWouldChange) {
    BackfillOptions options = march();
    options.dry_run = true;
    const Shown shown = show(options, answering(200, {kMissed, kPlan}));
    EXPECT_EQ(shown.code.value(), ExitCode::Ok);
    for (const char* const part : {"lock-1", "check_in", "2026-03-01..2026-03-02", "met->missed",
                                   "punishment", "3 windows, 1 would change"}) {
        EXPECT_NE(shown.out.find(part), std::string::npos) << shown.out;
    }
}

TEST(BackfillCommand, Json_PassesTheLinesOn) {
    BackfillOptions options = march();
    options.json = true;
    const Shown shown = show(options, answering(200, {kMissed, kDone}));
    EXPECT_EQ(shown.code.value(), ExitCode::Ok);
    EXPECT_EQ(shown.out, std::string{kMissed} + "\n" + kDone + "\n");
    EXPECT_EQ(shown.err, "");
}

TEST(BackfillCommand, AnswerWithoutAnEnd_IsNoSuccess) {
    EXPECT_EQ(show(march(), answering(200, {kMissed})).code.value(), ExitCode::Unavailable);
    EXPECT_EQ(show(march(), answering(200, {})).code.value(), ExitCode::Unavailable);
    EXPECT_EQ(show(march(), answering(200, {"{"})).code.value(), ExitCode::Unavailable);
    const Shown failed =
        show(march(), answering(200, {R"({"event":"error","detail":"disk\nfull"})"}));
    EXPECT_EQ(failed.code.value(), ExitCode::Internal);
    EXPECT_NE(failed.err.find("disk\\nfull"), std::string::npos);
}

TEST(BackfillCommand, Refusal_ShowsTheDetailOnOneLine) {
    const Shown shown =
        show(march(), answering(422, {}, R"({"title":"x","detail":"sessionId: is not known"})"));
    EXPECT_EQ(shown.code.value(), ExitCode::Usage);
    EXPECT_EQ(shown.err, "cadenced: backfill refused (422): sessionId: is not known\n");
    EXPECT_EQ(show(march(), answering(503, {}, "<html>")).code.value(), ExitCode::Unavailable);
    EXPECT_EQ(show(march(), answering(500, {})).code.value(), ExitCode::Internal);
    EXPECT_EQ(show(march(), answering(404, {})).code.value(), ExitCode::BadData);
}

TEST(BackfillCommand, NobodyListening_ComesBackUnprinted) {
    const Shown shown = show(march(), [](const std::string&, const OnLine&) {
        return cadence::Result<BackfillReply>{
            cadence::fail(cadence::ErrorCode::NotFound, "nobody listens")};
    });
    ASSERT_FALSE(shown.code);
    EXPECT_EQ(shown.code.error().code, cadence::ErrorCode::NotFound);
    EXPECT_EQ(shown.out + shown.err, "");
}

}  // namespace
}  // namespace cadenced
