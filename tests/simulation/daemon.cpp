#include "tests/simulation/daemon.hpp"

#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <stdexcept>

#include "ledger/migrations.hpp"
#include "ledger/store.hpp"
#include "tests/simulation/disk_vfs.hpp"
#include "tests/simulation/ledger_view.hpp"

namespace simulation {

// The log, as a part of the trace: two lives that say the same have done the same.
class Daemon::Diary final : public engine::Journal {
  public:
    explicit Diary(Stage& stage) : stage_(&stage) {}
    void write(engine::Level /*level*/, const std::string& line) override {
        stage_->say(line);
        stage_->count("log " + line.substr(0, line.find(' ')));
    }

  private:
    Stage* stage_;
};

Disk::Bytes make_new_ledger() {
    Disk disk{Dice{0}};
    mount(disk, 0);
    disk.put(kDatabase, {});
    {
        auto database = ledger::Database::open(kDatabase, ledger::Access::Writer);
        if (!database) throw std::runtime_error(database.error().detail);
        database->execute_script("PRAGMA application_id = " +
                                 std::to_string(ledger::kApplicationId));
        auto const migrated = ledger::migrate(*database, ledger::embedded_migrations());
        if (!migrated) throw std::runtime_error(migrated.error().detail);
        database->execute("INSERT INTO meta (key, value) VALUES ('epoch', 'simulated')");
        database->execute_script("PRAGMA wal_checkpoint(TRUNCATE)");
    }
    return disk.image_of(kDatabase);
}

bool Daemon::open(Process& process) {
    auto database = ledger::Database::open(kDatabase, ledger::Access::Writer);
    if (!database) {
        around_.stage.say("not opened: " + database.error().detail);
        return false;
    }
    try {
        auto const migrated = ledger::migrate(*database, ledger::embedded_migrations());
        if (!migrated) return false;
        database->execute_script("PRAGMA wal_checkpoint(TRUNCATE)");
        database->execute_script("PRAGMA wal_autocheckpoint = " +
                                 std::to_string(around_.pages_a_checkpoint));
    } catch (const ledger::StorageFailure& failure) {
        around_.stage.say(std::string{"not opened: "} + failure.what());
        return false;
    }
    process.handle = database->handle();
    process.writer = std::make_unique<ledger::Writer>(
        std::move(*database), process.loop.get_executor(), [this](const cadence::Error& error) {
            if (error.code == cadence::ErrorCode::StorageCorrupt) {
                around_.stage.violated("the database is damaged: " + error.detail);
            }
            around_.stage.say("needs a new start: " + error.detail);
            stop();
        });
    return true;
}

void Daemon::run(Process& process) {
    boost::asio::co_spawn(
        process.loop, process.engine->run(),
        [this, ending = &process](const std::exception_ptr& failure, cadence::Result<void> ended) {
            ending->ended = true;
            if (failure) {
                around_.stage.violated("the engine came home with an exception");
            } else if (!ended) {
                around_.stage.say("ended: " + ended.error().detail);
            }
        });
}

bool Daemon::start(Instant wall, const engine::MachineTime& machine) {
    powerless_ = false;
    auto process = std::make_unique<Process>(wall);
    process->clock.boot_anew(machine.boot, machine.uptime);
    if (!open(*process)) return false;
    auto& writer = *process->writer;
    process->journal = std::make_unique<Diary>(around_.stage);
    process->intake = std::make_unique<ledger::SqliteIntake>(writer, around_.zones);
    process->docket = std::make_unique<ledger::SqliteDocket>(writer, around_.zones);
    process->outbox = std::make_unique<ledger::SqliteOutbox>(writer, around_.zones);
    around_.platform.attach(process->loop.get_executor());
    process->engine =
        std::make_unique<engine::Engine>(process->loop.get_executor(),
                                         engine::Ports{process->clock,
                                                       around_.entropy,
                                                       *process->journal,
                                                       *process->intake,
                                                       *process->docket,
                                                       *process->outbox,
                                                       {{kPlatform, &around_.platform}},
                                                       {},
                                                       {}},
                                         around_.settings);
    process_ = std::move(process);
    run(*process_);
    around_.stage.say("started");
    return true;
}

void Daemon::stop() { process_->engine->stop(); }

void Daemon::lose_power() {
    if (powerless_ || !process_) return;
    powerless_ = true;
    around_.disk.lose_power();
    around_.platform.detach();
}

void Daemon::cut() {
    if (!process_) return;
    lose_power();
    tear_down();
}

void Daemon::close() {
    around_.platform.detach();
    tear_down();
}

// The coroutines are destroyed where they wait: by the writer, or by the loop.
void Daemon::tear_down() {
    auto const totals = process_->writer->totals();
    around_.stage.count("units of work", static_cast<std::int64_t>(totals.units));
    around_.stage.count("commits", static_cast<std::int64_t>(totals.commits));
    forget_questions();
    process_->engine.reset();
    process_->outbox.reset();
    process_->docket.reset();
    process_->intake.reset();
    process_->writer.reset();
    process_.reset();
}

void Daemon::reload(engine::Settings settings) {
    around_.settings = std::move(settings);
    if (process_) process_->engine->apply(around_.settings);
}

bool Daemon::turn() { return process_ && process_->loop.poll_one() > 0; }

std::optional<Instant> Daemon::next_alarm() const {
    if (!process_) return std::nullopt;
    return process_->clock.next_alarm();
}

void Daemon::pass(Duration time) {
    if (process_) process_->clock.pass(time);
}

void Daemon::sleep(Duration time) {
    if (process_) process_->clock.sleep(time);
}

void Daemon::step_to(Instant wall) {
    if (process_) process_->clock.step_to(wall);
}

}  // namespace simulation
