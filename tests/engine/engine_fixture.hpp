// The real engine over the real ledger (a SQLite file), with a clock moved by hand and a platform
// in memory, all on one loop: whatever can happen at an instant has happened when settle() returns.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>
#include <vector>

#include "engine/engine.hpp"
#include "ledger/sqlite_docket.hpp"
#include "ledger/sqlite_intake.hpp"
#include "ledger/sqlite_outbox.hpp"
#include "ledger/writer.hpp"
#include "tests/engine/fake_platform.hpp"
#include "tests/engine/manual_clock.hpp"
#include "tests/ledger/sample_zones.hpp"
#include "tests/ledger/temp_directory.hpp"

namespace engine_test {

using namespace std::chrono_literals;

class Remembered final : public engine::Journal {
  public:
    void write(engine::Level level, const std::string& line) override {
        lines.emplace_back(level, line);
    }
    [[nodiscard]] bool has(const std::string& text) const { return count(text) > 0; }
    [[nodiscard]] std::int64_t count(const std::string& text) const;
    std::vector<std::pair<engine::Level, std::string>> lines;
};

class Halves final : public engine::Entropy {
  public:
    [[nodiscard]] double uniform() override { return 0.5; }
};

class EngineTest : public ::testing::Test {
  protected:
    EngineTest();
    ~EngineTest() override;

    void start();
    void stop();  // and waits until it has come home; time passes until then
    // Until nothing can happen without time passing.
    void settle();
    // Time passes, alarm by alarm.
    void pass(cadence::Duration time);

    template <class T>
    T run(boost::asio::awaitable<T> task) {
        std::optional<T> result;
        boost::asio::co_spawn(loop, std::move(task),
                              [&result](const std::exception_ptr& failure, T value) {
                                  if (failure) std::rethrow_exception(failure);
                                  result = std::move(value);
                              });
        settle();
        return std::move(result).value();
    }

    // `count` check-ins a day in UTC or an hour more, since `days` days ago, misses of them
    // punished.
    void enrol(const std::string& id, int days = 0, int count = 1,
               cadence::LateProof late = cadence::LateProof::Count);
    void launch(const std::string& id, const std::string& token);
    void prove(const std::string& id, const std::string& proof);
    // From now on units_at_writes grows by one at each write to the platform.
    void note_units_at_writes();
    // From now on the database takes no writes, as on a disk remounted read-only.
    void break_ledger(bool broken);
    // A statement ("INSERT ON attempt") that fails from now on as often as `faults` says.
    void fail_at(const std::string& statement);
    // How many deliveries are in this state.
    [[nodiscard]] std::int64_t count(const std::string& state);

    boost::asio::io_context loop;
    ledger_test::TempDirectory directory;
    ledger_test::SampleZones zones;
    ManualClock clock;
    Halves entropy;
    Remembered journal;
    FakePlatform platform;
    std::map<std::string, engine::Platform*> more_platforms;
    engine::Settings settings;
    engine::ProcessTrouble process_trouble;
    sqlite3* handle{nullptr};
    std::unique_ptr<ledger::Writer> writer;
    std::unique_ptr<ledger::SqliteIntake> intake;
    std::unique_ptr<ledger::SqliteDocket> docket;
    std::unique_ptr<ledger::SqliteOutbox> outbox;
    std::unique_ptr<engine::Engine> engine;
    std::vector<std::uint64_t> units_at_writes;  // the ledger's units of work so far
    int heartbeats{0};
    int faults{0};
    bool running{false};
};

}  // namespace engine_test
