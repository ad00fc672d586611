// One life of the daemon's process: the real engine over the real ledger, on the simulated disk,
// clock and network. It is born by start() and ends by a clean stop or, at any point, by a cut.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <optional>

#include "engine/engine.hpp"
#include "ledger/sqlite_docket.hpp"
#include "ledger/sqlite_intake.hpp"
#include "ledger/sqlite_outbox.hpp"
#include "ledger/writer.hpp"
#include "tests/engine/manual_clock.hpp"
#include "tests/simulation/disk.hpp"
#include "tests/simulation/stage.hpp"
#include "tests/simulation/virtual_platform.hpp"

namespace simulation {

constexpr const char* kDatabase = "/simulated/ledger.db";
constexpr const char* kPlatform = "chastify";

// A new ledger, as the daemon would make it; the same bytes every time.
[[nodiscard]] Disk::Bytes make_new_ledger();

class Daemon {
  public:
    struct Surroundings {
        Stage& stage;
        Disk& disk;
        VirtualPlatform& platform;
        cadence::Zones& zones;
        engine::Entropy& entropy;
        engine::Settings settings;
        // Far fewer than the daemon has, so that weeks have checkpoints to die in.
        int pages_a_checkpoint{200};
    };

    explicit Daemon(Surroundings around) : around_(std::move(around)) {}
    ~Daemon() { cut(); }
    Daemon(const Daemon&) = delete;
    Daemon& operator=(const Daemon&) = delete;

    // `wall` is what the machine's clock shows. False: the disk would not let it.
    [[nodiscard]] bool start(Instant wall, const engine::MachineTime& machine);
    // As SIGTERM; ended() says when it has come home.
    void stop();
    // The power is gone: nothing that was not synced is sure to be there.
    void cut();
    // After it has come home: the database is closed as it should be.
    void close();

    [[nodiscard]] bool alive() const { return process_ != nullptr && !powerless_; }
    // From within: the power goes, and what runs now runs to nowhere.
    void lose_power();
    [[nodiscard]] bool powerless() const { return powerless_; }
    [[nodiscard]] bool ended() const { return process_ != nullptr && process_->ended; }

    // One thing that is ready; false: nothing is until time passes.
    [[nodiscard]] bool turn();
    [[nodiscard]] std::optional<Instant> next_alarm() const;  // by the wall clock
    void pass(Duration time);
    void sleep(Duration time);
    void step_to(Instant wall);
    [[nodiscard]] Instant wall() const { return process_->clock.now(); }
    [[nodiscard]] Duration uptime() const { return process_->clock.uptime(); }

    [[nodiscard]] engine::Intake& intake() { return *process_->intake; }
    [[nodiscard]] engine::Outbox& outbox() { return *process_->outbox; }
    [[nodiscard]] engine::Engine& engine() { return *process_->engine; }
    [[nodiscard]] boost::asio::any_io_executor loop() { return process_->loop.get_executor(); }
    [[nodiscard]] sqlite3* database() const { return process_->handle; }
    // A reload of its configuration.
    void reload(engine::Settings settings);
    [[nodiscard]] const engine::Settings& settings() const { return around_.settings; }

  private:
    class Diary;
    struct Process {
        explicit Process(Instant wall) : loop(1), clock(loop.get_executor(), wall) {}
        boost::asio::io_context loop;  // the last to go: what it holds refers to all of this
        boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{
            loop.get_executor()};
        engine_test::ManualClock clock;
        std::unique_ptr<engine::Journal> journal;
        std::unique_ptr<ledger::Writer> writer;
        sqlite3* handle{nullptr};
        std::unique_ptr<ledger::SqliteIntake> intake;
        std::unique_ptr<ledger::SqliteDocket> docket;
        std::unique_ptr<ledger::SqliteOutbox> outbox;
        std::unique_ptr<engine::Engine> engine;
        bool ended{false};
    };

    [[nodiscard]] bool open(Process& process);
    void tear_down();
    void run(Process& process);

    Surroundings around_;
    std::unique_ptr<Process> process_;
    bool powerless_{false};
};

}  // namespace simulation
