#include "net/unix_listener.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

namespace net {

using cadence::ErrorCode;
using cadence::fail;
using cadence::Result;

namespace {

constexpr int kBacklog = 512;
constexpr std::size_t kLongestPath = sizeof(sockaddr_un::sun_path) - 1;

class Descriptor {
  public:
    Descriptor() : value_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (value_ >= 0) ::close(value_);
    }
    [[nodiscard]] int get() const { return value_; }
    [[nodiscard]] int release() { return std::exchange(value_, -1); }

  private:
    int value_;
};

sockaddr_un to_address(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size());
    return address;
}

template <class Call>
int with_address(Call call, int socket, const std::string& path) {
    const auto address = to_address(path);
    return call(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

tl::unexpected<cadence::Error> fail_on(const std::string& path, int error,
                                       const std::string& remedy,
                                       ErrorCode code = ErrorCode::CannotCreate) {
    return fail(code,
                "socket " + path + ": " + std::generic_category().message(error) + "; " + remedy,
                "socket");
}

Result<void> check_path(const std::string& path) {
    if (path.empty() || path.find('\0') != std::string::npos) {
        return fail(ErrorCode::Configuration, "socket: a path must be given", "socket");
    }
    if (path.size() <= kLongestPath) return {};
    return fail(ErrorCode::Configuration,
                "socket " + path + ": the path has " + std::to_string(path.size()) +
                    " bytes, a socket's path at most " + std::to_string(kLongestPath),
                "socket");
}

// A socket file that nobody listens on is removed; anything else stays.
Result<void> clear_stale(const std::string& path) {
    struct stat status {};
    if (::lstat(path.c_str(), &status) != 0) return {};  // bind says what is wrong, if anything is
    if (!S_ISSOCK(status.st_mode)) {
        return fail(ErrorCode::Configuration,
                    "socket " + path +
                        ": something that is no socket is in the way; move it or "
                        "choose another path",
                    "socket");
    }
    const Descriptor probe;
    const int connected = with_address(::connect, probe.get(), path);
    const int error = connected == 0 ? 0 : errno;
    if (error == 0 || error == EAGAIN) {
        return fail(ErrorCode::AlreadyRunning,
                    "socket " + path + ": somebody answers there already", "socket");
    }
    if (error == ENOENT) return {};
    if (error != ECONNREFUSED) {
        return fail_on(path, error, "cannot tell whether somebody listens there",
                       ErrorCode::PermissionDenied);
    }
    if (::unlink(path.c_str()) == 0 || errno == ENOENT) return {};
    return fail_on(path, errno, "the stale socket cannot be removed");
}

Result<void> bind_closed(int socket, const std::string& path) {
    ::fchmod(socket, 0);  // the mode the file is made with
    if (with_address(::bind, socket, path) == 0) return {};
    const int error = errno;
    if (error == EADDRINUSE) {
        return fail(ErrorCode::AlreadyRunning, "socket " + path + ": somebody has just bound it",
                    "socket");
    }
    return fail_on(path, error, "its directory must exist and be writable by this user");
}

}  // namespace

UnixListener::UnixListener(UnixListener&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)),
      path_(std::exchange(other.path_, {})),
      device_(other.device_),
      inode_(other.inode_) {}

UnixListener::~UnixListener() {
    remove_file();
    if (socket_ >= 0) ::close(socket_);
}

int UnixListener::release() { return std::exchange(socket_, -1); }

void UnixListener::remove_file() noexcept {
    if (path_.empty()) return;
    struct stat status {};
    const bool ours =
        ::lstat(path_.c_str(), &status) == 0 && status.st_dev == device_ && status.st_ino == inode_;
    if (ours) ::unlink(path_.c_str());
    path_.clear();
}

Result<UnixListener> UnixListener::make(const std::string& path, mode_t mode) {
    if (auto checked = check_path(path); !checked) return tl::unexpected(checked.error());
    if (auto cleared = clear_stale(path); !cleared) return tl::unexpected(cleared.error());
    Descriptor socket;
    if (socket.get() < 0) return fail_on(path, errno, "no socket could be made");
    if (auto bound = bind_closed(socket.get(), path); !bound) {
        return tl::unexpected(bound.error());
    }
    UnixListener listener(socket.release(), path);
    struct stat status {};
    if (::lstat(path.c_str(), &status) != 0) return fail_on(path, errno, "it vanished");
    listener.device_ = status.st_dev;
    listener.inode_ = status.st_ino;
    if (::chmod(path.c_str(), mode) != 0) return fail_on(path, errno, "its mode cannot be set");
    if (::listen(listener.socket_, kBacklog) != 0) return fail_on(path, errno, "cannot listen");
    return listener;
}

}  // namespace net
