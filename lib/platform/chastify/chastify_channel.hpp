// One verified connection to Chastify, lent by the pool for one lock session's turn. Loop's thread.
#pragma once

#include <string>

#include "engine/clock.hpp"
#include "engine/platform.hpp"
#include "net/https_pool.hpp"
#include "platform/chastify/chastify.hpp"

namespace chastify {

// `options` and `clock` belong to the platform and outlive it. The pool sends nothing on a lease
// that is not ready, so neither does this.
class ChastifyChannel final : public engine::Channel {
  public:
    ChastifyChannel(net::HttpsLease lease, const Options& options, const engine::Clock& clock)
        : lease_(std::move(lease)), options_(options), clock_(clock) {}

    [[nodiscard]] bool ready() const override { return lease_.ready(); }
    [[nodiscard]] boost::asio::awaitable<engine::ContextAnswer> load_context(
        cadence::SessionId session, cadence::Secret token) override;
    [[nodiscard]] boost::asio::awaitable<cadence::Answer> submit(
        cadence::SessionId session, cadence::Secret token, cadence::Write write,
        std::string idempotency_key) override;

  private:
    [[nodiscard]] net::HttpsRequest request_for(const cadence::Secret& token) const;
    [[nodiscard]] boost::asio::awaitable<net::HttpsOutcome> exchange(net::HttpsRequest request);

    net::HttpsLease lease_;
    const Options& options_;
    const engine::Clock& clock_;
};

}  // namespace chastify
