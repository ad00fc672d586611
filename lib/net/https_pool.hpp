// Verified HTTPS to one origin over a bounded number of connections.
//
// A connection is lent out only when it is new or has answered within the last second, so that a
// keep-alive connection which the other side closes as we write does not turn a write into an
// unknown one. TLS 1.2 or later, the chain and the host name (subject alternative names only) are
// always verified, and no byte of a request leaves before that. Redirects are returned, never
// followed, and nothing is ever sent twice.
//
// Everything runs on the one thread of the io_context behind the executor; nothing here locks.
// A name look-up that hangs keeps the io_context busy until the system's resolver gives up, though
// whoever asked for it has long had its TimedOut.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cadence/error.hpp"
#include "cadence/secret.hpp"
#include "cadence/time.hpp"
#include "net/http_message.hpp"

namespace net {

using Deadline = cadence::Monotonic;

struct HttpsOptions {
    std::string host;  // a name or an IP literal (IPv6 without brackets)
    std::uint16_t port{443};
    std::string ca_file;  // PEM trust anchors; empty: the system's
    std::size_t max_connections{8};
    cadence::Duration timeout{
        15'000};  // no acquire and no request lasts longer, whatever its deadline
};

struct HttpHeader {
    std::string name;
    cadence::Secret value;
};

// Host, Content-Length and User-Agent are added. Values with control characters are refused.
struct HttpsRequest {
    std::string method{"GET"};
    std::string target;  // path and query, percent-encoded, beginning with '/'
    std::vector<HttpHeader> headers;
    std::string body;
};

struct HttpsResponse {
    int status{0};
    HttpHeaders headers;
    std::string body;
    bool body_complete{false};  // false: cut, garbage or over 1 MiB; status and headers still hold
};

struct HttpsOutcome {
    std::optional<HttpsResponse> response;  // when the status line and the headers could be read
    cadence::Error error;                   // why there is none; meaningless when there is one
    bool bytes_sent{false};                 // false only when surely nothing of the request left
    cadence::Duration elapsed{0};           // from the call to its end, monotonic
};

// A connection on loan. Destroying it gives the slot back, and the connection, too, when it may be
// used again. It may outlive its pool. It must stay where it is while a request is under way.
class HttpsLease {
  public:
    class State;

    explicit HttpsLease(std::unique_ptr<State> state);
    HttpsLease(HttpsLease&&) noexcept;
    HttpsLease& operator=(HttpsLease&&) noexcept;
    ~HttpsLease();

    // Whether a write may go out on it: answered less than a second ago, or made less than five and
    // not used yet, and neither closed nor with unexpected bytes waiting. Does no I/O that could
    // block.
    [[nodiscard]] bool ready() const;

    // Sends one request and reads its response. A lease that is not ready, and a request that
    // cannot be serialised (InvalidArgument), send nothing. Errors: CannotConnect (not ready,
    // nothing sent), InvalidArgument, TimedOut, Cancelled, Interrupted (broken before the headers
    // were complete), Malformed (no HTTP, or headers over 64 KiB). Terminal cancellation closes the
    // connection and yields an outcome, too. May be called again while ready().
    [[nodiscard]] boost::asio::awaitable<HttpsOutcome> request(HttpsRequest request,
                                                               Deadline deadline);

  private:
    std::unique_ptr<State> state_;
};

class HttpsPool {
  public:
    class State;

    explicit HttpsPool(std::shared_ptr<State> state);
    HttpsPool(const HttpsPool&) = delete;
    HttpsPool& operator=(const HttpsPool&) = delete;
    ~HttpsPool();

    // A connection that is ready(). Waits for a free slot, first come first served; the deadline
    // covers waiting, name resolution, connecting and TLS. Errors: CannotConnect, TimedOut, Crowded
    // (no slot became free), Cancelled; of each of them nothing has been sent.
    [[nodiscard]] boost::asio::awaitable<cadence::Result<HttpsLease>> acquire(Deadline deadline);

  private:
    std::shared_ptr<State> state_;
};

// Reads the trust anchors; connects to nothing. Errors: Configuration, saying what is wrong with
// ca_file (absent, unreadable, without a certificate) or with the options.
[[nodiscard]] cadence::Result<std::unique_ptr<HttpsPool>> make_https_pool(
    boost::asio::any_io_executor executor, HttpsOptions options);

}  // namespace net
