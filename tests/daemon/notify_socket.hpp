// The service manager's end of sd_notify: a real datagram socket.
#pragma once

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <stdexcept>
#include <string>

#include "tests/daemon/temporary_directory.hpp"

namespace cadenced::test {

class NotifySocket {
  public:
    NotifySocket() : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
        struct sockaddr_un address {};
        address.sun_family = AF_UNIX;
        std::strncpy(address.sun_path, path().c_str(), sizeof address.sun_path - 1);
        // bind() takes every family's address as the general one.
        const auto* const general = reinterpret_cast<const struct sockaddr*>(&address);
        if (::bind(socket_, general, sizeof address) != 0) throw std::runtime_error("bind");
    }
    ~NotifySocket() { ::close(socket_); }
    NotifySocket(const NotifySocket&) = delete;
    NotifySocket& operator=(const NotifySocket&) = delete;

    // What $NOTIFY_SOCKET must be.
    [[nodiscard]] std::string path() const { return directory_.file("notify"); }

    // The next message; empty when there is none within `patience`.
    [[nodiscard]] std::string hear(std::chrono::milliseconds patience) const {
        const struct timeval limit {
            std::chrono::duration_cast<std::chrono::seconds>(patience).count(),
                (patience % std::chrono::seconds{1}).count() * 1000
        };
        (void)::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        char text[1024];
        const ssize_t size = ::recv(socket_, text, sizeof text, 0);
        return size < 0 ? std::string{} : std::string(text, static_cast<std::size_t>(size));
    }

    // Listens until a message holds `part`; empty when none does.
    [[nodiscard]] std::string hear_of(const std::string& part) const {
        while (true) {
            std::string heard = hear(std::chrono::seconds{60});
            if (heard.empty() || heard.find(part) != std::string::npos) return heard;
        }
    }

  private:
    TemporaryDirectory directory_;
    int socket_;
};

}  // namespace cadenced::test
