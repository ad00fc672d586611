// The platform's stand-in for a benchmark: a child process that answers every read with a context
// and every write with a success, over TLS and HTTP/1.1 with keep-alive, as fast as Beast can. (The
// sandbox keeps a journal and would bound the run.)
#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <string>

namespace bench {

class Peer {
  public:
    // Forks, so this process must have no other thread yet. Writes `ca_file` and listens.
    explicit Peer(std::filesystem::path ca_file);
    Peer(const Peer&) = delete;
    Peer& operator=(const Peer&) = delete;
    ~Peer();

    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] const std::filesystem::path& ca_file() const { return ca_file_; }
    // Answered so far.
    [[nodiscard]] std::uint64_t reads() const { return counts_->reads; }
    [[nodiscard]] std::uint64_t writes() const { return counts_->writes; }

    struct Counts {
        std::atomic<std::uint64_t> reads{0};
        std::atomic<std::uint64_t> writes{0};
    };

  private:
    std::filesystem::path ca_file_;
    Counts* counts_;
    std::uint16_t port_{0};
    pid_t process_{-1};
};

}  // namespace bench
