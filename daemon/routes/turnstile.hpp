// Lets a few through at a time, in the order in which they came. Loop's thread.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <list>
#include <memory>

namespace cadenced::wire {

class Turnstile {
  public:
    // A place, until it goes out of scope.
    class Pass {
      public:
        explicit Pass(Turnstile* turnstile) : turnstile_(turnstile) {}
        Pass(Pass&& other) noexcept;
        Pass& operator=(Pass&&) = delete;
        Pass(const Pass&) = delete;
        Pass& operator=(const Pass&) = delete;
        ~Pass();

      private:
        Turnstile* turnstile_;
    };

    // Outlives all that wait and all passes.
    explicit Turnstile(std::size_t places) : free_(places) {}

    // Waits for a place. Cancelled: throws operation_aborted, and takes none.
    [[nodiscard]] boost::asio::awaitable<Pass> enter();

  private:
    struct Waiter;
    void leave();

    std::size_t free_;
    std::list<Waiter*> waiting_;
};

}  // namespace cadenced::wire
