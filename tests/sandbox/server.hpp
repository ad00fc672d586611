// The two listeners: HTTPS for the pretended platform, plain HTTP for the control API, both on
// 127.0.0.1. One thread; every connection is a coroutine, and run() returns when the last has
// ended.
#pragma once

#include <cstdint>
#include <memory>

#include "cadence/error.hpp"
#include "tests/sandbox/certificates.hpp"
#include "tests/sandbox/platform.hpp"

namespace sandbox {

struct Ports {
    std::uint16_t https{0};
    std::uint16_t control{0};
};

class Server {
  public:
    // Listens already when it returns; a port of 0 is the kernel's choice. `platform` and
    // `certificates` must outlive it.
    [[nodiscard]] static cadence::Result<Server> listen(Platform& platform,
                                                        const Certificates& certificates,
                                                        Ports wanted);
    Server(Server&&) noexcept;
    Server& operator=(Server&&) noexcept;
    ~Server();

    [[nodiscard]] Ports ports() const;
    void run();  // until SIGTERM or SIGINT

  private:
    class Loop;
    explicit Server(std::unique_ptr<Loop> loop);
    std::unique_ptr<Loop> loop_;
};

}  // namespace sandbox
