#include "platform/chastify/wire.hpp"

#include <gtest/gtest.h>

namespace {

using namespace chastify;
using namespace std::chrono_literals;
using cadence::SessionId;
using cadence::Write;
using cadence::WriteKind;

struct WriteCase {
    Write write;
    const char* path;  // below the lock session's
    const char* body;
};

TEST(CallOf, EveryKindOfWrite_Table) {
    const WriteCase cases[] = {
        {{WriteKind::Progress, "check_in", 3, 0s, ""},
         "/requirements/progress",
         R"({"key":"check_in","amount":3})"},
        {{WriteKind::AddTime, "", 0, 3600s, "r"},
         "/action",
         R"({"name":"add_time","params":3600})"},
        {{WriteKind::RemoveTime, "", 0, 60s, ""},
         "/action",
         R"({"name":"remove_time","params":60})"},
        {{WriteKind::Freeze, "", 0, 900s, ""},
         "/action",
         R"({"name":"freeze","params":{"durationSeconds":900}})"},
        {{WriteKind::Unfreeze, "", 0, 900s, ""}, "/action", R"({"name":"unfreeze","params":{}})"},
        {{WriteKind::Pillory, "", 0, 300s, ""},
         "/action",
         R"({"name":"pillory","params":{"durationSeconds":300}})"},
        {{WriteKind::Pillory, "", 0, 300s, "no \"walk\""},
         "/action",
         R"({"name":"pillory","params":{"durationSeconds":300,"reason":"no \"walk\""}})"},
        {{WriteKind::PilloryEnd, "", 0, 300s, ""},
         "/action",
         R"({"name":"pillory.end","params":{}})"},
    };
    for (const WriteCase& one : cases) {
        const Call call = call_of(SessionId{"abc-1"}, one.write);
        EXPECT_EQ(call.target, std::string("/api/extensions/sessions/abc-1") + one.path);
        EXPECT_EQ(call.body, one.body);
    }
}

TEST(CallOf, ReasonThatIsNoUtf8_IsReplacedNotRefused) {
    const Call call = call_of(SessionId{"a"}, {WriteKind::Pillory, "", 0, 60s, "x\xff"});
    EXPECT_NE(call.body.find("x\xef\xbf\xbd"), std::string::npos) << call.body;
}

TEST(ContextTarget, LockSessionId_IsPercentEncoded) {
    const std::pair<const char*, const char*> cases[] = {
        {"a.b_c~d-9", "a.b_c~d-9"},
        {"..", "%2E%2E"},
        {".", "%2E"},
        {"a/b?c#d", "a%2Fb%3Fc%23d"},
        {"a b", "a%20b"},
        {"\xc3\xa9", "%C3%A9"},
        {"50%", "50%25"},
        {"...", "..."},
    };
    for (const auto& [id, encoded] : cases) {
        EXPECT_EQ(context_target(SessionId{id}),
                  std::string("/api/extensions/sessions/") + encoded);
    }
}

}  // namespace
