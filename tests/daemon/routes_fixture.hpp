// The routes over a whole real ledger: a request's text in, the answer's text out.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "daemon/routes/routes.hpp"
#include "tests/ledger/ledger_fixture.hpp"

namespace routes_test {

using namespace std::chrono_literals;

// The wall clock that the test moves by hand. The routes never wait for it.
class HandClock final : public engine::Clock {
  public:
    explicit HandClock(const cadence::Instant& now) : now_(now) {}
    [[nodiscard]] cadence::Instant now() const override { return now_; }
    [[nodiscard]] cadence::Monotonic steady_now() const override { return {}; }
    [[nodiscard]] cadence::Duration uptime() const override { return {}; }
    [[nodiscard]] std::string boot() const override { return {}; }
    [[nodiscard]] std::unique_ptr<engine::Alarm> make_alarm() override { return nullptr; }

  private:
    const cadence::Instant& now_;
};

class KeptJournal final : public engine::Journal {
  public:
    void write(engine::Level, const std::string& line) override { lines.push_back(line); }
    std::vector<std::string> lines;
};

struct Reply {
    int status{0};
    std::string type;   // the content-type
    std::string text;   // the whole body, streams included
    std::string allow;  // the header, where there is one
    std::string retry_after;

    [[nodiscard]] nlohmann::json json() const;  // discarded when it is none
    [[nodiscard]] std::vector<nlohmann::json> lines() const;
    [[nodiscard]] std::string field() const;   // of a problem; empty when it names none
    [[nodiscard]] std::string detail() const;  // of a problem
};

class RoutesTest : public ledger_test::LedgerTest {
  protected:
    RoutesTest();

    // `target` may have a query; nothing in it is percent-encoded.
    Reply ask(const std::string& method, const std::string& target, const std::string& body = {},
              const std::string& content_type = "application/json");
    // A lock session with one daily requirement, in force since a week ago and punished for that.
    void enrol_past(const std::string& id = "lock-1");
    // Where long answers are kept from now on.
    void scratch(const std::string& place);
    // What the ledger holds, as far as the status and the trail show it.
    [[nodiscard]] std::string contents();

    HandClock clock{now};
    KeptJournal journal;
    cadenced::RoutesConfig config;
    cadenced::DaemonFacts facts;
    cadence::Result<std::vector<std::string>> reloaded{};
    int changes{0};
    std::unique_ptr<cadenced::Routes> routes;
};

[[nodiscard]] std::string daily_body(const std::string& more = {});

}  // namespace routes_test
