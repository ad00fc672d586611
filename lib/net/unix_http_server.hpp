// HTTP/1.1 over a Unix stream socket, for people and programs on this machine.
//
// What is not a well-formed, local, modest request is answered before the handler hears of it: see
// make_unix_http_server. A request's handler runs as a coroutine. A client that waits for each
// answer may use its connection for as long as it likes; pipelining is refused: whoever has begun
// another request by the time an answer begins gets that answer with `Connection: close`, and
// nothing of what was sent ahead is looked at. Nothing that a client sends, and nothing a handler
// throws, ends the server. Everything runs on the one thread of the io_context behind the executor.
// Knows no routes and no JSON: error bodies come from `make_problem`.
#pragma once

#include <sys/types.h>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cadence/error.hpp"
#include "cadence/time.hpp"
#include "net/http_message.hpp"

namespace net {

// The next piece of a request's body: what has arrived, at most 128 KiB; an empty one ends it.
// Errors: TooLarge, TimedOut, Malformed, Interrupted (nothing more comes, though the body is not
// whole).
using NextPiece = std::function<boost::asio::awaitable<cadence::Result<std::string>>()>;

struct HttpRequest {
    std::string method;
    std::string target;  // as it arrived
    std::vector<std::string>
        path;  // percent-decoded segments: "/v1/a%2Fb" is {"v1", "a/b"}, "/" is {}
    std::vector<std::pair<std::string, std::string>> query;  // decoded, in order
    HttpHeaders headers;
    std::string body;
    NextPiece next_piece;  // set instead of `body` where options.streams says so; until the reply
};

// The next piece of a streamed body; nothing ends it. An empty piece is skipped.
using NextChunk = std::function<boost::asio::awaitable<std::optional<std::string>>()>;

struct HttpReply {
    int status{200};
    std::string content_type;  // empty: no such header
    std::string body;
    std::vector<std::pair<std::string, std::string>> headers;  // in addition
    NextChunk next_chunk;  // when set, `body` goes first and the pieces follow as they come
};

using HttpHandler = std::function<boost::asio::awaitable<HttpReply>(HttpRequest)>;

struct UnixHttpOptions {
    std::string path;
    mode_t mode{0660};
    std::size_t max_connections{512};  // one more is answered 503 and closed
    cadence::Duration header_timeout{10'000};
    cadence::Duration body_timeout{30'000};
    cadence::Duration idle_timeout{60'000};  // between requests, and for a client that doesn't read
    std::size_t max_header_bytes{std::size_t{16} * 1024};
    std::size_t max_body_bytes{std::size_t{1024} * 1024};
    // Whether this request's body is handed on piece by piece; may be empty. What the handler
    // leaves unread ends the connection.
    std::function<bool(const HttpRequest& request)> streams;
    cadence::Duration stream_timeout{600'000};  // of a streamed body as a whole
    std::size_t max_streamed_bytes{std::size_t{64} * 1024 * 1024};
    // The body of an error that the server itself answers. Required.
    std::function<HttpReply(int status, std::string detail)> make_problem;
};

class UnixHttpServer {
  public:
    class State;

    explicit UnixHttpServer(std::shared_ptr<State> state);
    UnixHttpServer(const UnixHttpServer&) = delete;
    UnixHttpServer& operator=(const UnixHttpServer&) = delete;
    ~UnixHttpServer();

    // Serves until stop() or terminal cancellation, and returns when all its connections are gone.
    // stop() lets requests that are being handled finish, streams included; cancelling cuts them.
    // To be called once.
    [[nodiscard]] boost::asio::awaitable<void> run();

    // Stops accepting, removes the socket file (if it is still ours) and closes connections between
    // requests. May be repeated.
    void stop();

  private:
    std::shared_ptr<State> state_;
};

// Binds and listens; clients can connect from now on and are served once run() runs. A stale socket
// file (nobody answers) is replaced. Errors: AlreadyRunning (somebody answers), CannotCreate (its
// directory is absent or not ours to write), PermissionDenied (a socket that we may not ask),
// Configuration (the path is too long, or it is something else than a socket, which is left
// untouched).
//
// Answered by the server itself, through make_problem: 400 what is not HTTP/1.x, lacks a Host, or
// has a target that is not a well-formed path; 403 an Origin or Referer header, or a Host other
// than cadenced or localhost; 408 too slow; 413 and 431 too large; 417 an unknown Expect; 501 a
// Transfer-Encoding other than chunked; 500 a handler that throws; 503 too many connections.
[[nodiscard]] cadence::Result<std::unique_ptr<UnixHttpServer>> make_unix_http_server(
    boost::asio::any_io_executor executor, UnixHttpOptions options, HttpHandler handler);

}  // namespace net
