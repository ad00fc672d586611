#include "ledger/lock_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

namespace ledger {
namespace {

using cadence::ErrorCode;

bool exists(const std::string& path) {
    struct stat facts {};
    return ::lstat(path.c_str(), &facts) == 0;
}

tl::unexpected<cadence::Error> cannot_open(const std::string& path, const std::string& directory,
                                           int error) {
    switch (error) {
        case ENOENT:
        case ENOTDIR:
            return cadence::fail(ErrorCode::CannotCreate,
                                 directory +
                                     ": there is no such directory; create it, or name "
                                     "another as state_dir");
        case EACCES:
        case EPERM:
        case EROFS:
        case ELOOP:
            return cadence::fail(
                exists(path) ? ErrorCode::PermissionDenied : ErrorCode::CannotCreate,
                path +
                    ": may not be written; give the state directory to the "
                    "daemon's user");
        default:
            return cadence::fail(ErrorCode::StorageBusy,
                                 path + ": " + std::generic_category().message(error));
    }
}

// What the holder wrote into its lock file; empty when it has not yet.
std::string holder_of(int descriptor) {
    std::array<char, 32> text{};
    const auto size = ::pread(descriptor, text.data(), text.size(), 0);
    std::string pid(text.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
    return pid.substr(0, pid.find('\n'));
}

bool write_pid(int descriptor) {
    const std::string pid = std::to_string(::getpid()) + "\n";
    return ::ftruncate(descriptor, 0) == 0 &&
           ::pwrite(descriptor, pid.data(), pid.size(), 0) == static_cast<ssize_t>(pid.size());
}

}  // namespace

cadence::Result<LockFile> LockFile::acquire(const std::string& directory) {
    const std::string path = directory + "/cadenced.lock";
    const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (descriptor < 0) return cannot_open(path, directory, errno);
    LockFile lock(descriptor);
    if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK) return cannot_open(path, directory, errno);
        const std::string pid = holder_of(descriptor);
        return cadence::fail(ErrorCode::AlreadyRunning,
                             path + ": another instance runs" +
                                 (pid.empty() ? "" : " (process " + pid + ")") +
                                 "; stop it first, or use another state_dir");
    }
    if (!write_pid(descriptor)) return cannot_open(path, directory, errno);
    return lock;
}

LockFile::LockFile(LockFile&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

LockFile& LockFile::operator=(LockFile&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
}

LockFile::~LockFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace ledger
