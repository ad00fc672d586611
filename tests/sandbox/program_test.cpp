// The real program, started in a directory of its own and driven over real TLS.
#include <fstream>

#include "tests/sandbox/live_program.hpp"

namespace sandbox {
namespace {

namespace fs = std::filesystem;

TEST_F(ProgramTest, AddTime_IsAnsweredAppliedAndJournalled) {
    auto const answer = exchange(action(R"({"name":"add_time","params":300})"));
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\nDate: ")) << answer;
    auto const fate = fate_of_last_request();
    EXPECT_EQ(fate["outcome"], "answered");
    EXPECT_TRUE(fate["appliedAtMs"].is_number());
    auto const session = control("GET", "/sessions/s1", "");
    EXPECT_GT(session["lockData"]["timeRemainingSeconds"], 1200);
    std::ifstream file(dir_ / "journal.ndjson");
    std::string line;
    ASSERT_TRUE(std::getline(file, line));
    EXPECT_EQ(Json::parse(line)["idempotencyKey"], "d1");
}

TEST_F(ProgramTest, ItsCertificate_IsGoodForItsNamesOnly) {
    EXPECT_TRUE(TlsClient(https_, dir_ / "ca.pem", "localhost").connected());
    EXPECT_FALSE(TlsClient(https_, dir_ / "ca.pem", "chastify.net").connected());
}

TEST_F(ProgramTest, DropAfterApply_ClosesWithoutAnAnswer) {
    control("POST", "/faults", R"({"fault":"drop_after_apply","match":{"action":"freeze"}})");
    EXPECT_EQ(exchange(action(R"({"name":"freeze","params":{}})")), "");
    auto const fate = fate_of_last_request();
    EXPECT_EQ(fate["outcome"], "dropped");
    EXPECT_TRUE(fate["appliedAtMs"].is_number());
    EXPECT_TRUE(fate["answeredAtMs"].is_null());
    EXPECT_EQ(effects(), 1U);
}

TEST_F(ProgramTest, DropMidAnswer_CutsTheHeader) {
    control("POST", "/faults", R"({"fault":"drop_mid_answer"})");
    auto const answer = exchange(action(R"({"name":"unfreeze"})"));
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK"));
    EXPECT_EQ(answer.find("\r\n\r\n"), std::string::npos);
}

TEST_F(ProgramTest, DropOnAccept_FailsTheHandshake) {
    control("POST", "/faults", R"({"fault":"drop_on_accept","times":1})");
    EXPECT_FALSE(TlsClient(https_, dir_ / "ca.pem", "localhost").connected());
    EXPECT_TRUE(TlsClient(https_, dir_ / "ca.pem", "localhost").connected());
}

TEST_F(ProgramTest, ClientDiesWhileSlow_IsNoticedAndAppliedAsConfigured) {
    control("POST", "/faults",
            R"([{"fault":"slow_before","ms":100,"applyIfClientGone":false,"times":1},
                {"fault":"slow_before","ms":100,"times":1}])");
    auto const request = action(R"({"name":"add_time","params":300})");
    // The two rules compose on the first request; the second meets none.
    { TlsClient(https_, dir_ / "ca.pem", "localhost").send(request); }
    auto const unapplied = fate_of_last_request();
    EXPECT_EQ(unapplied["outcome"], "client_gone");
    EXPECT_TRUE(unapplied["appliedAtMs"].is_null());
    control("POST", "/faults", R"({"fault":"slow_after","ms":100})");
    control("DELETE", "/requests", "");
    { TlsClient(https_, dir_ / "ca.pem", "localhost").send(request); }
    auto const applied = fate_of_last_request();
    EXPECT_EQ(applied["clientGone"], true);
    EXPECT_TRUE(applied["appliedAtMs"].is_number());
    EXPECT_EQ(effects(), 1U);
}

TEST_F(ProgramTest, StoppedWithARequestInFlight_EndsAtOnceAndCleanly) {
    control("POST", "/faults", R"({"fault":"slow_before","ms":600000})");
    TlsClient client(https_, dir_ / "ca.pem", "localhost");
    client.send(action(R"({"name":"unfreeze"})"));
    stop();
    EXPECT_EQ(client.read_to_end(), "");
    EXPECT_FALSE(fs::exists(dir_ / "ports.json"));
}

TEST(Options, Wrong_AreToldWithTheLikelyOne) {
    auto const unknown = run_sandbox({"--dri", "/tmp"});
    EXPECT_EQ(unknown.code, 64);
    EXPECT_EQ(unknown.err,
              "platform-sandbox: --dri is no option; did you mean --dir?; see platform-sandbox "
              "--help\n");
    EXPECT_EQ(run_sandbox({}).code, 64);
    EXPECT_EQ(run_sandbox({"--dir", "/nowhere"}).code, 64);
    auto const too_high = run_sandbox({"--dir", "/tmp", "--https-port", "99999"});
    EXPECT_EQ(too_high.code, 64);
    EXPECT_EQ(too_high.err,
              "platform-sandbox: --https-port: 99999 is not a whole number from 0 to 65535; see "
              "platform-sandbox --help\n");
    EXPECT_EQ(run_sandbox({"--dir", "/tmp", "--control-port", "80a"}).code, 64);
    EXPECT_EQ(run_sandbox({"--dir", "/tmp", "--seed", "-1"}).code, 64);
}

TEST(Options, Help_TeachesAndReferenceNamesEverything) {
    auto const help = run_sandbox({"--help"});
    EXPECT_EQ(help.code, 0);
    for (auto const* part :
         {"--seed", "A FIRST RUN", "POINT YOUR PROGRAM AT IT", "MAKE IT FAIL", "TYPICAL MISTAKES",
          "EXIT CODES", "until [ -s /tmp/sandbox/ports.json ]",
          "ca_file = ", "Chastity Tracker is\nnot simulated."}) {
        EXPECT_NE(help.out.find(part), std::string::npos) << part;
    }
    auto const reference = run_sandbox({"--reference"});
    EXPECT_EQ(reference.code, 0);
    EXPECT_NE(reference.out.find("POST /sessions/ID/punish"), std::string::npos);
    EXPECT_NE(reference.out.find("  late_apply\n"), std::string::npos);
    EXPECT_NE(reference.out.find("  stall\n            of at* ms* jitterMs\n"), std::string::npos);
    EXPECT_NE(reference.out.find("  drip\n            at bytes ms*\n"), std::string::npos);
    EXPECT_NE(reference.out.find("  POST /keys\n            key*\n"), std::string::npos);
    EXPECT_NE(reference.out.find("                   add_time remove_time"), std::string::npos);
}

}  // namespace
}  // namespace sandbox
