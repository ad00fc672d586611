#include "ledger/writer.hpp"

#include <algorithm>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <vector>

#include "ledger/storage_error.hpp"

namespace ledger {
namespace {

namespace asio = boost::asio;
using cadence::Error;
using cadence::ErrorCode;
using cadence::Result;

// Units of one commit: enough to share an fsync among all that wait, few enough to come home soon.
constexpr std::size_t kMostUnits = 512;

// Turns of the callers' loop in which a group may go on growing before it is committed.
constexpr int kMostTurns = 64;

struct Waiting {
    asio::any_io_executor home;  // the caller's
    std::function<Result<void>(Database&)> unit;
    Writer::Room room;
    std::function<void(Result<void>)> complete;  // from any thread, once
    Result<void> outcome;
};

// Brings the outcome home to the executor of the handler, and keeps that executor at work until
// then.
template <class Handler>
std::function<void(Result<void>)> make_completion(Handler handler) {
    const auto home = asio::get_associated_executor(handler);
    const auto at_work = asio::prefer(home, asio::execution::outstanding_work.tracked);
    const auto kept = std::make_shared<Handler>(std::move(handler));
    return [at_work, kept](Result<void> outcome) {
        asio::post(at_work,
                   [kept, outcome = std::move(outcome)]() mutable { (*kept)(std::move(outcome)); });
    };
}

// Pages that have been written since this was last asked.
int take_pages_written(Database& database) {
    int pages = 0;
    int ignored = 0;
    sqlite3_db_status(database.handle(), SQLITE_DBSTATUS_CACHE_WRITE, &pages, &ignored, 1);
    return pages;
}

int pages_before_checkpoint(Database& database) {
    auto pragma = database.query("PRAGMA wal_autocheckpoint");
    return pragma.step() ? static_cast<int>(pragma.integer(0)) : 0;
}

bool in_transaction(Database& database) { return sqlite3_get_autocommit(database.handle()) == 0; }

}  // namespace

class Writer::Impl {
  public:
    Impl(Database database, asio::any_io_executor work, std::function<void(Error)> on_fatal)
        : work_(std::move(work)), database_(std::move(database)), on_fatal_(std::move(on_fatal)) {
        // SQLite's own checkpoints, which these replace, keep it to themselves when they fail.
        checkpoint_at_ = pages_before_checkpoint(database_);
        sqlite3_wal_hook(database_.handle(), &Impl::committed, this);
    }

    // The first to find nobody draining sees to it that somebody does; `self` keeps all of this
    // alive until then.
    static void enqueue(const std::shared_ptr<Impl>& self, Waiting waiting) {
        const asio::any_io_executor home = waiting.home;
        {
            const std::scoped_lock lock(self->mutex_);
            self->waiting_.push_back(std::move(waiting));
            if (std::exchange(self->draining_, true)) return;
        }
        gather(self, home, 0, kMostTurns);
    }

    Totals totals() const {
        const std::scoped_lock lock(mutex_);
        return totals_;
    }

    Health health() const {
        const std::scoped_lock lock(mutex_);
        return health_;
    }

  private:
    // Who is about to hand something in shares the fsync: for as long as each turn of the loop
    // brings more, the group is not begun. A loop with nothing to do turns at once, so a lone unit
    // does not wait.
    static void gather(const std::shared_ptr<Impl>& self, const asio::any_io_executor& home,
                       std::size_t before, int turns) {
        const std::size_t now = self->count_waiting();
        if (now == before || now >= kMostUnits || turns == 0) {
            asio::post(self->work_, [self] { drain(self); });
            return;
        }
        asio::post(home, [self, home, now, turns] { gather(self, home, now, turns - 1); });
    }

    static void drain(const std::shared_ptr<Impl>& self) {
        std::vector<Waiting> group = self->take_group();
        static_cast<void>(take_pages_written(self->database_));
        const Result<void> committed = self->run_group(group);
        self->note(committed, group, take_pages_written(self->database_));
        for (Waiting& waiting : group) waiting.complete(std::move(waiting.outcome));
        if (const auto home = self->find_more()) gather(self, *home, 0, kMostTurns);
    }

    // After a large unit whoever waits goes before the next large one, so that a pause, or a write
    // that is about to leave, waits for one of them at most.
    std::vector<Waiting> take_group() {
        const std::scoped_lock lock(mutex_);
        if (std::exchange(was_alone_, false)) {
            std::stable_partition(waiting_.begin(), waiting_.end(),
                                  [](const Waiting& one) { return one.room == Room::Shared; });
        }
        std::vector<Waiting> group;
        while (!waiting_.empty() && group.size() < kMostUnits) {
            const bool alone = waiting_.front().room == Room::Alone;
            if (alone && !group.empty()) break;
            group.push_back(std::move(waiting_.front()));
            waiting_.pop_front();
            was_alone_ = alone;
            if (alone) break;
        }
        return group;
    }

    std::size_t count_waiting() const {
        const std::scoped_lock lock(mutex_);
        return waiting_.size();
    }

    // Where those who wait by now came from; nothing when nobody does, and the draining is over.
    std::optional<asio::any_io_executor> find_more() {
        const std::scoped_lock lock(mutex_);
        draining_ = !waiting_.empty();
        if (!draining_) return std::nullopt;
        return waiting_.front().home;
    }

    // A commit that had nothing to write does not show that the disk has healed; nor do the pages
    // that a unit wrote before the disk refused the rest of it.
    void note(const Result<void>& committed, const std::vector<Waiting>& group, int pages_written) {
        const bool refused = std::any_of(group.begin(), group.end(), met_the_disk);
        {
            const std::scoped_lock lock(mutex_);
            if (!committed || (pages_written > 0 && !refused)) health_.committed = committed;
            totals_.units += group.size();
            if (committed) ++totals_.commits;
        }
        if (fatal_) on_fatal_(*std::exchange(fatal_, std::nullopt));
    }

    // One transaction. Where it cannot be committed no unit of it has happened, whatever it
    // answered.
    Result<void> run_group(std::vector<Waiting>& group) {
        Result<void> committed = guarded([this, &group] {
            database_.execute("BEGIN IMMEDIATE");
            for (Waiting& waiting : group) {
                waiting.outcome =
                    waiting.room == Room::Alone ? run_alone(waiting.unit) : run_unit(waiting.unit);
                // A full or failing disk makes SQLite roll back all of the transaction by itself.
                if (!in_transaction(database_)) return lost_with(waiting.outcome);
            }
            database_.execute("COMMIT");
            return Result<void>{};
        });
        if (committed) return committed;
        static_cast<void>(guarded([this] {
            if (in_transaction(database_)) database_.execute("ROLLBACK");
            return Result<void>{};
        }));
        for (Waiting& waiting : group) waiting.outcome = committed;
        return committed;
    }

    static int committed(void* self, sqlite3* /*handle*/, const char* /*schema*/, int pages) {
        Impl& impl = *static_cast<Impl*>(self);
        const bool due = impl.checkpoint_at_ > 0 && pages >= impl.checkpoint_at_;
        if (due && !impl.needs_new_start_) impl.checkpoint();
        return SQLITE_OK;
    }

    // What fails is tried again after the next commit, and told until then: the log grows. Not so a
    // sync: a kernel counts as clean what it could not write, and the next checkpoint would write
    // again only what this one was about to, not what earlier ones have written without a sync, as
    // they do where a reader keeps them from the end of the log. A new start finds all of the log
    // and writes all of it again, if nobody begins the log anew before.
    void checkpoint() {
        sqlite3* const handle = database_.handle();
        const int code =
            sqlite3_wal_checkpoint_v2(handle, nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
        if (code == SQLITE_IOERR_FSYNC) {
            needs_new_start_ = true;
            sqlite3_db_config(handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
            fatal_ = storage_error(code,
                                   "the database could not be synced, and the next start has to "
                                   "write all of its log again");
            return;
        }
        Result<void> done;
        if (code != SQLITE_OK && code != SQLITE_BUSY) {
            done = tl::unexpected(storage_error(
                code, "what the database's log holds could not be written to the database"));
        }
        if (!done && done.error().code == ErrorCode::StorageCorrupt) fatal_ = done.error();
        const std::scoped_lock lock(mutex_);
        health_.checkpointed = std::move(done);
    }

    static bool met_the_disk(const Waiting& waiting) {
        return !waiting.outcome && (waiting.outcome.error().code == ErrorCode::StorageBusy ||
                                    waiting.outcome.error().code == ErrorCode::StorageCorrupt);
    }

    static Result<void> lost_with(const Result<void>& outcome) {
        if (!outcome) return outcome;
        return cadence::fail(ErrorCode::StorageBusy, "the transaction was rolled back by SQLite");
    }

    Result<void> run_alone(const std::function<Result<void>(Database&)>& unit) {
        Result<void> outcome = guarded([this, &unit] { return unit(database_); });
        if (outcome || !in_transaction(database_)) return outcome;
        database_.execute("ROLLBACK");
        database_.execute("BEGIN IMMEDIATE");
        return outcome;
    }

    Result<void> run_unit(const std::function<Result<void>(Database&)>& unit) {
        database_.execute("SAVEPOINT unit");
        Result<void> outcome = guarded([this, &unit] { return unit(database_); });
        if (!in_transaction(database_)) return outcome;
        if (!outcome) database_.execute("ROLLBACK TO unit");
        database_.execute("RELEASE unit");
        return outcome;
    }

    // What SQLite and the standard library throw, as a value; a damaged file is told at once.
    template <class Work>
    Result<void> guarded(const Work& work) {
        Error error;
        try {
            return work();
        } catch (const StorageFailure& failure) {
            error = failure.error();
        } catch (const std::exception& exception) {
            error = {ErrorCode::Internal, exception.what(), {}};
        }
        if (error.code == ErrorCode::StorageCorrupt) fatal_ = error;
        return tl::unexpected(std::move(error));
    }

    const asio::any_io_executor work_;
    // Used on work_ only.
    Database database_;
    const std::function<void(Error)> on_fatal_;
    std::optional<Error> fatal_;
    int checkpoint_at_{0};  // pages in the log
    bool needs_new_start_{false};

    mutable std::mutex mutex_;  // guards what follows
    std::deque<Waiting> waiting_;
    bool draining_{false};
    bool was_alone_{false};  // the last group was a large unit
    Totals totals_;
    Health health_;
};

Writer::Writer(Database database, asio::any_io_executor work, std::function<void(Error)> on_fatal)
    : impl_(std::make_shared<Impl>(std::move(database), std::move(work), std::move(on_fatal))) {}

Writer::~Writer() = default;

asio::awaitable<Result<void>> Writer::commit(std::function<Result<void>(Database&)> unit,
                                             Room room) {
    auto initiate = [impl = impl_, unit = std::move(unit), room](auto handler) mutable {
        const asio::any_io_executor home = asio::get_associated_executor(handler);
        Waiting waiting{home, std::move(unit), room, make_completion(std::move(handler)), {}};
        // Not kept by the caller's frame, which is kept by what waits here: neither would ever go.
        const std::shared_ptr<Impl> own = std::move(impl);
        Impl::enqueue(own, std::move(waiting));
    };
    return asio::async_initiate<const asio::use_awaitable_t<>, void(Result<void>)>(
        std::move(initiate), asio::use_awaitable);
}

Writer::Totals Writer::totals() const { return impl_->totals(); }

Writer::Health Writer::health() const { return impl_->health(); }

}  // namespace ledger
