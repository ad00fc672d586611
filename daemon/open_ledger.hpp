// The ledger as a process holds it: the lock, the file, its two threads, and the engine's ports
// over them. Part of the composition root.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "cadence/error.hpp"
#include "cadence/time.hpp"
#include "cadence/zones.hpp"
#include "ledger/lock_file.hpp"
#include "ledger/reader.hpp"
#include "ledger/sqlite_docket.hpp"
#include "ledger/sqlite_intake.hpp"
#include "ledger/sqlite_outbox.hpp"
#include "ledger/sqlite_records.hpp"
#include "ledger/store.hpp"
#include "ledger/writer.hpp"

namespace cadenced {

class OpenLedger {
  private:
    std::string path_;
    ledger::LockFile lock_;  // released last
    boost::asio::thread_pool writing_{1};
    boost::asio::thread_pool reading_{1};
    std::optional<boost::asio::thread_pool> checking_;  // once there is something to check

  public:
    // Takes the lock first. `zones` outlives this; `on_fatal` is called on another thread when the
    // file turns out to be damaged. Errors: as LockFile's and open_ledger's.
    [[nodiscard]] static cadence::Result<std::unique_ptr<OpenLedger>> open(
        const std::string& state_dir, cadence::Zones& zones,
        std::function<void(cadence::Error)> on_fatal);

    ~OpenLedger();
    OpenLedger(const OpenLedger&) = delete;
    OpenLedger& operator=(const OpenLedger&) = delete;

    // Waits for what is under way on the two threads; nothing may be asked of the ports after it.
    void join();

    // Comes home when every unit of work that was handed in before has.
    [[nodiscard]] boost::asio::awaitable<cadence::Result<void>> catch_up();
    // Notes that this process ended in good order: the last unit of work of all.
    [[nodiscard]] boost::asio::awaitable<cadence::Result<void>> mark_clean(cadence::Instant now);
    // Reads the whole file, on a thread of its own, so that questions are answered meanwhile; takes
    // its time. Called once.
    [[nodiscard]] boost::asio::awaitable<cadence::Result<void>> check();

    const bool was_clean;  // the last process ended in good order
    ledger::Writer writer;
    ledger::Reader reader;  // closed before the writer, which makes the last checkpoint
    ledger::SqliteIntake intake;
    ledger::SqliteDocket docket;
    ledger::SqliteOutbox outbox;
    ledger::SqliteRecords records;

  private:
    OpenLedger(std::string path, ledger::LockFile lock, ledger::OpenedLedger opened,
               ledger::Database reading, cadence::Zones& zones,
               std::function<void(cadence::Error)> on_fatal);
};

}  // namespace cadenced
