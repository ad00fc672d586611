#include "daemon/credentials.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace cadenced {
namespace {

using cadence::ErrorCode;

constexpr std::size_t kLongestCredential = 4096;

class Descriptor {
  public:
    explicit Descriptor(int number) : number_(number) {}
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    [[nodiscard]] int number() const { return number_; }

  private:
    int number_;
};

cadence::Result<std::string> locate(const std::string& name, const std::string& directory) {
    if (!name.empty() && name.front() == '/') return name;
    if (!directory.empty()) return directory + "/" + name;
    return cadence::fail(ErrorCode::Configuration,
                         "credential " + name +
                             ": $CREDENTIALS_DIRECTORY is not set; start cadenced by its systemd "
                             "unit (LoadCredential=) or write an absolute path");
}

cadence::Result<void> check_access(const std::string& path, const struct stat& facts,
                                   bool given_by_manager) {
    if (!S_ISREG(facts.st_mode)) {
        return cadence::fail(ErrorCode::Configuration,
                             path + ": is not a regular file; put the credential in one");
    }
    // The service manager may grant us access by an ACL, which shows as group bits.
    const mode_t forbidden = given_by_manager ? S_IRWXO : (S_IRWXG | S_IRWXO | S_IXUSR);
    if ((facts.st_mode & forbidden) != 0) {
        return cadence::fail(ErrorCode::PermissionDenied,
                             path + ": others may read this credential; chmod 0600 it");
    }
    if (facts.st_uid != 0 && facts.st_uid != ::geteuid()) {
        return cadence::fail(ErrorCode::PermissionDenied,
                             path +
                                 ": this credential belongs to another user; chown it to the "
                                 "user that runs cadenced, or to root");
    }
    return {};
}

cadence::Result<std::string> read_all(const std::string& path, int descriptor) {
    std::string text;
    std::array<char, 1024> piece{};
    while (text.size() <= kLongestCredential) {
        const ssize_t got = ::read(descriptor, piece.data(), piece.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) {
            return cadence::fail(ErrorCode::Configuration,
                                 path + ": cannot be read: " + std::strerror(errno));
        }
        if (got == 0) return text;
        text.append(piece.data(), static_cast<std::size_t>(got));
    }
    return cadence::fail(ErrorCode::Configuration,
                         path + ": is larger than a credential can be (4096 bytes)");
}

cadence::Result<cadence::Secret> check_content(const std::string& path, std::string text) {
    if (!text.empty() && text.back() == '\n') text.pop_back();
    if (!text.empty() && text.back() == '\r') text.pop_back();
    if (text.empty()) {
        return cadence::fail(ErrorCode::Configuration,
                             path + ": is empty; put the platform's key in it");
    }
    const bool fit =
        std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
    if (!fit) {
        return cadence::fail(ErrorCode::Configuration,
                             path +
                                 ": holds more than printable ASCII without spaces; it must be "
                                 "the key alone, on one line");
    }
    return cadence::Secret{std::move(text)};
}

}  // namespace

cadence::Result<cadence::Secret> load_credential(const std::string& name,
                                                 const std::string& directory) {
    const auto path = locate(name, directory);
    if (!path) return tl::unexpected<cadence::Error>(path.error());
    const Descriptor file(::open(path->c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    if (file.number() < 0) {
        const bool refused = errno == EACCES || errno == EPERM;
        return cadence::fail(refused ? ErrorCode::PermissionDenied : ErrorCode::Configuration,
                             *path + ": cannot be opened: " + std::strerror(errno) +
                                 "; put the platform's key there, readable by cadenced alone");
    }
    struct stat facts {};
    if (::fstat(file.number(), &facts) != 0) {
        return cadence::fail(ErrorCode::Configuration, *path + ": " + std::strerror(errno));
    }
    const bool given_by_manager = name.front() != '/';
    if (auto access = check_access(*path, facts, given_by_manager); !access) {
        return tl::unexpected<cadence::Error>(std::move(access.error()));
    }
    auto text = read_all(*path, file.number());
    if (!text) return tl::unexpected<cadence::Error>(std::move(text.error()));
    return check_content(*path, *std::move(text));
}

cadence::Result<Credentials> load_credentials(const Configuration& configuration,
                                              const ServiceDirectories& directories) {
    Credentials credentials;
    for (const PlatformConfiguration& platform : configuration.platforms) {
        auto credential = load_credential(platform.credential, directories.credentials);
        if (!credential) {
            return cadence::fail(
                credential.error().code,
                "platform." + platform.name + ".credential: " + credential.error().detail);
        }
        credentials.emplace(platform.name, *std::move(credential));
    }
    return credentials;
}

}  // namespace cadenced
