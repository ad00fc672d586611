// Faults at every byte of a request, an answer and a handshake, over real TLS.
#include <chrono>

#include "tests/sandbox/live_program.hpp"

namespace sandbox {
namespace {

constexpr const char* kAddTime = R"({"name":"add_time","params":5})";

std::string without_date(std::string answer) {
    auto const date = answer.find("Date: ");
    if (date != std::string::npos) {
        for (auto at = date + 6; at < answer.size() && answer[at] != '\r'; ++at) answer[at] = '_';
    }
    return answer;
}

TEST_F(ProgramTest, AnswerCutAtEveryByte_ComesJustSoFarAndIsApplied) {
    auto const whole = without_date(exchange(action(kAddTime)));
    fault(R"({"fault":"break","at":{"from":0}})");
    std::size_t position = 0;
    exchange_until_used_up(action(kAddTime), [&](const std::string& answer, Ended ended) {
        EXPECT_EQ(without_date(answer), whole.substr(0, position++));
        EXPECT_EQ(ended, Ended::Closed);
    });
    EXPECT_EQ(position, whole.size() + 1);
    EXPECT_EQ(effects(), position + 1);
    EXPECT_EQ(fate_of_last_request()["cutAt"], whole.size());
}

TEST_F(ProgramTest, RequestCutAtEveryByte_IsNeverAppliedNorAnswered) {
    auto const request = action(kAddTime);
    fault(R"({"fault":"break","of":"request","at":{"from":0},"match":{"action":"add_time"}})");
    std::size_t position = 0;
    exchange_until_used_up(request, [&](const std::string& answer, Ended) {
        if (position <= request.size()) {
            EXPECT_EQ(answer, "") << position;
        }
        ++position;
    });
    EXPECT_EQ(position, request.size() + 2) << "the last one meets no fault any more";
    EXPECT_EQ(effects(), 1U);
    auto const records = control("GET", "/requests", "")["items"];
    for (std::size_t i = 0; i <= request.size(); ++i) {
        EXPECT_EQ(records[i]["cutAt"], i);
        EXPECT_EQ(records[i]["outcome"], "cut");
    }
}

TEST_F(ProgramTest, RequestCutWithoutMatch_DoesNotWaitForItsRest) {
    fault(R"({"fault":"break","of":"request","at":10})");
    auto const client = connect();
    client->send(action(kAddTime).substr(0, 10));
    EXPECT_EQ(client->read_to_end(), "");
    EXPECT_EQ(client->ended(), Ended::Closed);
    EXPECT_EQ(fate_of_last_request()["method"], "");
}

TEST_F(ProgramTest, RequestCutByPath_StrikesAfterTheFirstLine) {
    fault(R"({"fault":"break","of":"request","at":0,"match":{"path":"action"}})");
    auto const client = connect();
    auto const request = action(kAddTime);
    client->send(request.substr(0, request.find("\r\n") + 2));
    EXPECT_EQ(client->read_to_end(), "");
    EXPECT_EQ(fate_of_last_request()["endpoint"], "action");
}

TEST_F(ProgramTest, How_TellsFinResetAndGoodbyeApart) {
    auto const ended = [this](const char* rule) {
        fault(rule);
        auto const client = connect();
        client->send(action(kAddTime));
        client->read_to_end();
        return client->ended();
    };
    EXPECT_EQ(ended(R"({"fault":"break","at":9,"how":"close","times":1})"), Ended::Closed);
    EXPECT_EQ(ended(R"({"fault":"break","at":9,"how":"reset","times":1})"), Ended::Reset);
    EXPECT_EQ(ended(R"({"fault":"break","at":9,"how":"goodbye","times":1})"), Ended::Goodbye);
    EXPECT_EQ(ended(R"({"fault":"break","of":"request","at":9,"how":"reset","times":1})"),
              Ended::Reset);
    EXPECT_EQ(effects(), 3U);
}

TEST_F(ProgramTest, ClosedListener_RefusesConnectionsUntilItOpensAgain) {
    control("POST", "/listener", R"({"open":false})");
    EXPECT_FALSE(Socket::can_connect(https_));
    control("POST", "/listener", R"({"open":true})");
    EXPECT_NE(exchange(action(kAddTime)), "");
}

TEST_F(ProgramTest, HandshakeCutAtAnyByte_FailsIt) {
    fault(R"({"fault":"break","of":"handshake","at":{"from":0,"step":41}})");
    int failed = 0;
    while (control("GET", "/faults", "")["items"][0]["timesLeft"] != 0 && failed < 100) {
        EXPECT_FALSE(TlsClient(https_, dir_ / "ca.pem", "localhost").connected());
        ++failed;
    }
    EXPECT_GT(failed, 4);
    EXPECT_LT(failed, 100);
    fault(R"({"fault":"break","of":"handshake","at":3,"how":"reset","times":1})");
    EXPECT_FALSE(TlsClient(https_, dir_ / "ca.pem", "localhost").connected());
    EXPECT_TRUE(connect()->connected());
}

TEST_F(ProgramTest, Stalls_DelayAndLoseNothing) {
    using std::chrono::milliseconds;
    fault(R"([{"fault":"stall","of":"handshake","at":100,"ms":20},
              {"fault":"stall","of":"request","at":50,"ms":20},
              {"fault":"stall","at":"head","ms":20},
              {"fault":"drip","at":-12,"bytes":4,"ms":5}])");
    auto const begun = std::chrono::steady_clock::now();
    auto const answer = exchange(action(kAddTime));
    EXPECT_TRUE(answer.ends_with("\r\n\r\n{\"ok\":true}")) << answer;
    EXPECT_GE(std::chrono::steady_clock::now() - begun, milliseconds(75));
    EXPECT_EQ(fate_of_last_request()["faults"].size(), 3U) << "the handshake's is of no request";
}

TEST_F(ProgramTest, CorruptedRequest_IsTakenAsItArrives) {
    fault(R"({"fault":"corrupt","of":"request","at":-2,"flip":2,"times":1})");
    EXPECT_NE(exchange(action(kAddTime)), "");  // 5 became 7
    EXPECT_EQ(control("GET", "/effects", "")["items"][0]["params"]["asked"], 7);
    fault(R"({"fault":"corrupt","of":"request","at":0,"insert":"?? ","times":1})");
    EXPECT_TRUE(exchange(action(kAddTime)).starts_with("HTTP/1.1 400"));
    EXPECT_EQ(effects(), 1U);
}

TEST_F(ProgramTest, IdleClose_EndsAConnectionThatWasKeptAlive) {
    fault(R"({"fault":"idle_close","ms":1})");
    auto const client = connect();
    client->send(action(kAddTime, "keep-alive"));
    auto const answer = client->read_to_end();
    EXPECT_TRUE(answer.ends_with("}")) << answer;
    EXPECT_EQ(answer.find("Connection: close"), std::string::npos);
    EXPECT_EQ(client->ended(), Ended::Closed);
}

TEST_F(ProgramTest, CloseAsTheNextRequestComes_SparesTheFirst) {
    fault(R"({"fault":"break","of":"request","at":0,"match":{"reused":true}})");
    auto const client = connect();
    client->send(action(kAddTime, "keep-alive"));
    EXPECT_TRUE(client->read_some().ends_with("}"));
    client->send(action(kAddTime, "keep-alive"));
    EXPECT_EQ(client->read_to_end(), "");
    EXPECT_EQ(effects(), 1U);
}

TEST_F(ProgramTest, LateApply_TakesEffectAfterTheConnectionIsGone) {
    fault(R"({"fault":"late_apply","ms":30,"times":1})");
    EXPECT_EQ(exchange(action(kAddTime)), "");
    auto const deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (effects() == 0 && std::chrono::steady_clock::now() < deadline) {
    }
    EXPECT_EQ(effects(), 1U);
    auto const fate = fate_of_last_request();
    EXPECT_EQ(fate["outcome"], "dropped");
    EXPECT_GE(fate["appliedAtMs"].get<std::int64_t>(),
              fate["receivedAtMs"].get<std::int64_t>() + 30);
}

TEST_F(ProgramTest, WrongCertificates_AreRefusedForTheirReason) {
    auto const verification = [this](const std::string& name) {
        fault(R"({"fault":"tls","times":1,"certificate":")" + name + "\"}");
        TlsClient const client(https_, dir_ / "ca.pem", "localhost");
        EXPECT_FALSE(client.connected()) << name;
        return client.verification();
    };
    EXPECT_EQ(verification("expired"), X509_V_ERR_CERT_HAS_EXPIRED);
    EXPECT_EQ(verification("not_yet_valid"), X509_V_ERR_CERT_NOT_YET_VALID);
    EXPECT_EQ(verification("wrong_host"), X509_V_ERR_HOSTNAME_MISMATCH);
    EXPECT_EQ(verification("self_signed"), X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT);
    EXPECT_EQ(verification("unknown_authority"), X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY);
    EXPECT_EQ(verification("name_in_subject_only"), X509_V_ERR_HOSTNAME_MISMATCH);
    EXPECT_TRUE(connect()->connected());
}

TEST_F(ProgramTest, OldTls_IsAllItSpeaksWhenToldSo) {
    fault(R"({"fault":"tls","version":"1.1","times":2})");
    EXPECT_FALSE(TlsClient(https_, dir_ / "ca.pem", "localhost").connected());
    TlsClient const old(https_, dir_ / "ca.pem", "localhost", TlsClient::Version::Any);
    EXPECT_TRUE(old.connected());
    EXPECT_EQ(old.version(), "TLSv1.1");
}

TEST_F(ProgramTest, AnswerOfTheOldVersion_EndsWithAGoodbye) {
    fault(R"({"fault":"reshape","version":"1.0","noLength":true})");
    auto const client = connect();
    client->send(action(kAddTime, "keep-alive"));
    auto const answer = client->read_to_end();
    EXPECT_TRUE(answer.starts_with("HTTP/1.0 200 OK\r\n")) << answer;
    EXPECT_EQ(answer.find("Content-Length"), std::string::npos);
    EXPECT_EQ(client->ended(), Ended::Goodbye);
}

}  // namespace
}  // namespace sandbox
