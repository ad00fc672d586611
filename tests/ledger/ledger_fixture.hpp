// A whole ledger for one test: a real file, the writer on a thread of its own, all four ports,
// three zones, and a clock that the test moves by hand.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <optional>
#include <string>
#include <vector>

#include "ledger/reader.hpp"
#include "ledger/sqlite_docket.hpp"
#include "ledger/sqlite_intake.hpp"
#include "ledger/sqlite_outbox.hpp"
#include "ledger/sqlite_records.hpp"
#include "ledger/writer.hpp"
#include "tests/ledger/sample_zones.hpp"
#include "tests/ledger/temp_directory.hpp"

namespace ledger_test {

using namespace std::chrono_literals;
using cadence::Instant;
using cadence::SessionId;
using Lines = std::vector<std::string>;

// utc(2026, 3, 29, 12h)
[[nodiscard]] Instant utc(int year, unsigned month, unsigned day, cadence::Duration time = 0ms);

class LedgerTest : public ::testing::Test {
  protected:
    LedgerTest();
    ~LedgerTest() override;

    // Drives `task` to its end and returns what it came home with.
    template <class T>
    T run(boost::asio::awaitable<T> task) {
        std::optional<T> result;
        boost::asio::co_spawn(loop, std::move(task),
                              [&result](const std::exception_ptr& failure, T value) {
                                  if (failure) std::rethrow_exception(failure);
                                  result = std::move(value);
                              });
        loop.restart();
        loop.run();
        return std::move(result).value();
    }

    // One requirement of `count` a day, punished with an hour, in Berlin; a lock session of it.
    [[nodiscard]] static cadence::RequirementSpec daily(const std::string& metric = "check_in",
                                                        int count = 1);
    [[nodiscard]] static cadence::SessionSpec session(
        std::vector<cadence::RequirementSpec> requirements, const std::string& id = "lock-1");

    // The ports' calls at `now`, driven to their end. Those that say `must` fail the test on an
    // error.
    cadence::Result<engine::Intake::Put> put(cadence::SessionSpec spec);
    void must_put(cadence::SessionSpec spec);
    cadence::Result<engine::LaunchTaken> launch(const std::string& token,
                                                const std::string& id = "lock-1",
                                                std::optional<std::string> timezone = {});
    engine::ProofTaken proof(const std::string& id, std::optional<Instant> happened_at = {},
                             std::int64_t amount = 1, const std::string& metric = "check_in",
                             const std::string& session_id = "lock-1");
    // A context read with `token`; `own`: the platform's own requirement.
    void must_see_context(const std::string& token,
                          std::optional<engine::PlatformRequirement> own = {},
                          const std::string& id = "lock-1");
    // work_off until there is nothing more to do.
    std::vector<engine::Judged> must_work_off();
    std::optional<cadence::Interval> must_beat();
    // The daemon lived until then: now = until, and the heartbeat has moved on without an outage.
    void live_until(Instant until);

    // The first column of the first row, from the last commit; "" and 0 when there is none or NULL.
    [[nodiscard]] std::string text(const std::string& sql);
    [[nodiscard]] std::int64_t number(const std::string& sql);
    // "start..end verdict reason" of every window of the metric, local dates.
    [[nodiscard]] std::vector<std::string> windows(const std::string& metric = "check_in");
    // "kind write state reason" of every delivery.
    [[nodiscard]] std::vector<std::string> deliveries();
    // Runs SQL on the writer, for states that no port makes.
    void tamper(const std::string& sql);

    TempDirectory directory;
    SampleZones zones;
    cadence::Policy policy;
    Instant now;
    cadence::Duration uptime{1h};  // of the machine

    boost::asio::io_context loop;
    boost::asio::thread_pool threads{2};
    std::vector<cadence::Error> fatal;
    std::unique_ptr<ledger::Writer> writer;
    std::unique_ptr<ledger::Reader> reader;
    std::unique_ptr<ledger::SqliteIntake> intake;
    std::unique_ptr<ledger::SqliteDocket> docket;
    std::unique_ptr<ledger::SqliteOutbox> outbox;
    std::unique_ptr<ledger::SqliteRecords> records;
    std::optional<ledger::Database> look;  // read-only, for text() and number()
};

}  // namespace ledger_test
