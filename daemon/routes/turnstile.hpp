// Lets a few through at a time, in the order in which they came. Loop's thread.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <memory>
#include <utility>

namespace cadenced::wire {

class Turnstile {
    class State;

  public:
    // A place, until it goes out of scope. May outlive the turnstile.
    class Pass {
      public:
        explicit Pass(std::shared_ptr<State> state) : state_(std::move(state)) {}
        Pass(Pass&& other) noexcept = default;
        Pass& operator=(Pass&&) = delete;
        Pass(const Pass&) = delete;
        Pass& operator=(const Pass&) = delete;
        ~Pass();

      private:
        std::shared_ptr<State> state_;
    };

    explicit Turnstile(std::size_t places);

    // Waits for a place; the turnstile must outlive the call, not the wait. Cancelled: throws
    // operation_aborted, and takes none; so does a wait that is destroyed.
    [[nodiscard]] boost::asio::awaitable<Pass> enter() { return enter(state_); }

  private:
    class Waiter;
    [[nodiscard]] static boost::asio::awaitable<Pass> enter(std::shared_ptr<State> state);

    std::shared_ptr<State> state_;
};

}  // namespace cadenced::wire
