#include "daemon/open_ledger.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

namespace cadenced {
namespace {

namespace asio = boost::asio;
using cadence::Error;
using cadence::Result;

// By value: it runs on another thread, where nobody waits for the caller's names.
asio::awaitable<Result<void>> check_file(std::string path) { co_return ledger::quick_check(path); }

}  // namespace

Result<std::unique_ptr<OpenLedger>> OpenLedger::open(const std::string& state_dir,
                                                     cadence::Zones& zones,
                                                     std::function<void(Error)> on_fatal) {
    auto lock = ledger::LockFile::acquire(state_dir);
    if (!lock) return tl::unexpected<Error>(std::move(lock.error()));
    const std::string path = state_dir + "/cadenced.db";
    auto opened = ledger::open_ledger(path);
    if (!opened) return tl::unexpected<Error>(std::move(opened.error()));
    auto reading = ledger::Database::open(path, ledger::Access::Reader);
    if (!reading) return tl::unexpected<Error>(std::move(reading.error()));
    // The constructor is private, out of std::make_unique's reach.
    return std::unique_ptr<OpenLedger>(new OpenLedger(path, *std::move(lock), *std::move(opened),
                                                      *std::move(reading), zones,
                                                      std::move(on_fatal)));
}

OpenLedger::OpenLedger(std::string path, ledger::LockFile lock, ledger::OpenedLedger opened,
                       ledger::Database reading, cadence::Zones& zones,
                       std::function<void(Error)> on_fatal)
    : path_(std::move(path)),
      lock_(std::move(lock)),
      was_clean(opened.was_clean || opened.created),
      writer(std::move(opened.database), writing_.executor(), on_fatal),
      reader(std::move(reading), reading_.executor(), std::move(on_fatal)),
      intake(writer, zones),
      docket(writer, zones),
      outbox(writer, zones),
      records(reader) {}

OpenLedger::~OpenLedger() { join(); }

void OpenLedger::join() {
    writing_.join();
    reading_.join();
    if (checking_) checking_->join();
}

asio::awaitable<Result<void>> OpenLedger::catch_up() {
    std::function<Result<void>(ledger::Database&)> nothing = [](ledger::Database&) {
        return Result<void>{};
    };
    auto result = co_await writer.run<void>(std::move(nothing));
    co_return result;
}

asio::awaitable<Result<void>> OpenLedger::mark_clean(cadence::Instant now) {
    std::function<Result<void>(ledger::Database&)> unit = [now](ledger::Database& database) {
        ledger::mark_clean_stop(database, now);
        return Result<void>{};
    };
    auto result = co_await writer.run<void>(std::move(unit));
    co_return result;
}

asio::awaitable<Result<void>> OpenLedger::check() {
    checking_.emplace(1);
    auto checking = check_file(path_);
    auto result =
        co_await asio::co_spawn(checking_->executor(), std::move(checking), asio::use_awaitable);
    co_return result;
}

}  // namespace cadenced
