// A blocking HTTP/1.1 client of a Unix socket, for command-line programs: one connection a request.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "cadence/error.hpp"
#include "net/http_message.hpp"

namespace net {

struct UnixHttpResponse {
    int status{0};
    HttpHeaders headers;
    std::string body;  // empty when on_line took it
};

struct UnixHttpCall {
    std::string method{"GET"};
    std::string target;
    std::string content_type{"application/json"};  // sent when there is a body
    std::string body;
    // When set, the body of a 2xx answer is handed over line by line, as it arrives, without the
    // line feed; other answers' bodies are returned whole.
    std::function<void(std::string_view)> on_line;
};

class UnixHttpClient {
  public:
    explicit UnixHttpClient(std::string socket_path) : socket_path_(std::move(socket_path)) {}

    // Errors: NotFound (no socket there, or nobody listens), PermissionDenied, InvalidArgument (the
    // path is too long), Interrupted (closed before the answer was complete), Malformed, TooLarge.
    [[nodiscard]] cadence::Result<UnixHttpResponse> request(const UnixHttpCall& call) const;

  private:
    std::string socket_path_;
};

}  // namespace net
