// The one connection that writes, on an executor of its own. Whatever waits is grouped into one
// transaction and one fsync; each unit of work has its own SAVEPOINT, so that one that fails takes
// nothing with it; each completes only after the commit that holds it.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <utility>

#include "cadence/error.hpp"
#include "ledger/database.hpp"

namespace ledger {

class Writer {
  public:
    // `work`: where the units run, one at a time (a thread pool of one thread; a simulation may
    // give the loop itself). `on_fatal` is called on `work` when SQLite says that the file is
    // damaged, in a unit or in a checkpoint, or when a checkpoint could not be synced: then only a
    // new start is safe.
    Writer(Database database, boost::asio::any_io_executor work,
           std::function<void(cadence::Error)> on_fatal);
    ~Writer();
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    // A large unit is alone in its transaction: a savepoint within it would keep every page that it
    // changes a second time. Between two of them whatever else waits by then has its turn; apart
    // from that units run in the order in which they were handed in.
    enum class Room { Shared, Alone };

    // Runs `unit` and comes home on the caller's executor with its value once that is durable, or
    // with its error, nothing changed. Cancelling the caller does not cancel the unit.
    template <class T>
    [[nodiscard]] boost::asio::awaitable<cadence::Result<T>> run(
        std::function<cadence::Result<T>(Database&)> unit, Room room = Room::Shared) {
        auto const result = std::make_shared<cadence::Result<T>>(
            cadence::fail(cadence::ErrorCode::Internal, "the unit of work did not run"));
        std::function<cadence::Result<void>(Database&)> erased =
            [result, unit = std::move(unit)](Database& database) -> cadence::Result<void> {
            *result = unit(database);
            if (!*result) return tl::unexpected<cadence::Error>(result->error());
            return {};
        };
        auto committed = co_await commit(std::move(erased), room);
        if (!committed) co_return tl::unexpected<cadence::Error>(std::move(committed.error()));
        co_return std::move(*result);
    }

    // Commits and units so far, for benchmarks and the status.
    struct Totals {
        std::uint64_t commits{0};
        std::uint64_t units{0};
    };
    [[nodiscard]] Totals totals() const;
    // The errors of the last commit that wrote anything and of the last checkpoint, if they failed.
    // Without commits nothing is taken in; without checkpoints the log grows.
    struct Health {
        cadence::Result<void> committed;
        cadence::Result<void> checkpointed;
    };
    [[nodiscard]] Health health() const;

  private:
    [[nodiscard]] boost::asio::awaitable<cadence::Result<void>> commit(
        std::function<cadence::Result<void>(Database&)> unit, Room room);

    class Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace ledger
