// The socket file: made without a moment in which it is open to more than it should be, and removed
// only while it is still ours.
#pragma once

#include <sys/stat.h>

#include <string>

#include "cadence/error.hpp"

namespace net {

class UnixListener {
  public:
    UnixListener(const UnixListener&) = delete;
    UnixListener& operator=(const UnixListener&) = delete;
    UnixListener(UnixListener&& other) noexcept;
    UnixListener& operator=(UnixListener&&) = delete;
    ~UnixListener();

    // The listening, non-blocking socket; whoever takes it closes it.
    [[nodiscard]] int release();

    // Removes the file if its inode is the one that was bound. May be repeated.
    void remove_file() noexcept;

    // Two starters that find the same stale file at once are not told apart here: the ledger's lock
    // comes first. Errors: see make_unix_http_server.
    [[nodiscard]] static cadence::Result<UnixListener> make(const std::string& path, mode_t mode);

  private:
    UnixListener(int socket, std::string path) : socket_(socket), path_(std::move(path)) {}

    int socket_{-1};
    std::string path_;
    dev_t device_{};
    ino_t inode_{};
};

}  // namespace net
