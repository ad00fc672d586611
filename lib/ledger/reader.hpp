// The connection that answers questions: read-only, on an executor of its own, each question on one
// snapshot. It neither waits for the writer nor delays it.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <functional>
#include <memory>
#include <utility>

#include "cadence/error.hpp"
#include "ledger/database.hpp"

namespace ledger {

class Reader {
  public:
    // `work`: where questions are answered, one at a time. `on_fatal` is called there when SQLite
    // says that the file is damaged.
    Reader(Database database, const boost::asio::any_io_executor& work,
           std::function<void(cadence::Error)> on_fatal);

    // Answers `question` from the last commit and comes home on the caller's executor. May be asked
    // again; cancelling the caller does not stop a question that has begun.
    template <class T>
    [[nodiscard]] boost::asio::awaitable<cadence::Result<T>> ask(
        std::function<cadence::Result<T>(Database&)> question) {
        auto answering = answer<T>(impl_, std::move(question));
        auto result =
            co_await boost::asio::co_spawn(work_, std::move(answering), boost::asio::use_awaitable);
        co_return result;
    }

  private:
    struct Impl {
        Database database;
        std::function<void(cadence::Error)> on_fatal;
    };

    template <class T>
    static boost::asio::awaitable<cadence::Result<T>> answer(
        std::shared_ptr<Impl> impl, std::function<cadence::Result<T>(Database&)> question) {
        cadence::Result<T> result =
            cadence::fail(cadence::ErrorCode::Internal, "the question was not asked");
        const std::function<cadence::Result<void>(Database&)> work =
            [&result, &question](Database& snapshot) -> cadence::Result<void> {
            result = question(snapshot);
            return {};
        };
        auto const asked = in_snapshot(*impl, work);
        if (!asked) result = tl::unexpected(asked.error());
        co_return result;
    }

    // BEGIN, work, COMMIT; what SQLite throws comes back as a value.
    static cadence::Result<void> in_snapshot(
        Impl& impl, const std::function<cadence::Result<void>(Database&)>& work);

    std::shared_ptr<Impl> impl_;
    boost::asio::strand<boost::asio::any_io_executor> work_;
};

}  // namespace ledger
