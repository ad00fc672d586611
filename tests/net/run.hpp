// Runs one coroutine to its end on an io_context, and hands back what it returned or threw.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <optional>
#include <utility>

namespace net_test {

// Not every result has a default value, which co_spawn would want of it.
template <class T>
boost::asio::awaitable<void> store(boost::asio::awaitable<T> operation, std::optional<T>& result) {
    auto value = co_await std::move(operation);
    result.emplace(std::move(value));
}

template <class T>
T run(boost::asio::io_context& io, boost::asio::awaitable<T> operation) {
    std::optional<T> result;
    std::exception_ptr thrown;
    bool done = false;
    boost::asio::co_spawn(io, store(std::move(operation), result),
                          [&thrown, &done](std::exception_ptr error) {
                              thrown = error;
                              done = true;
                          });
    io.restart();
    while (!done) io.run_one();
    if (thrown) std::rethrow_exception(thrown);
    return std::move(*result);
}

}  // namespace net_test
