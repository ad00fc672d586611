#include "ledger/file_header.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>
#include <system_error>

namespace ledger {
namespace {

using cadence::ErrorCode;
using cadence::Result;

// https://www.sqlite.org/fileformat.html, 1.3: the database header.
constexpr std::size_t kHeaderSize = 100;
constexpr std::size_t kPageSizeAt = 16;
constexpr std::size_t kPagesAt = 28;
constexpr std::size_t kUserVersionAt = 60;
constexpr std::size_t kApplicationIdAt = 68;
constexpr std::string_view kMagic{"SQLite format 3\0", 16};

using Bytes = std::array<unsigned char, kHeaderSize>;

std::uint32_t big_endian(const Bytes& bytes, std::size_t at, std::size_t count) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < count; ++i) value = value << 8U | bytes[at + i];
    return value;
}

tl::unexpected<cadence::Error> cannot_read(const std::string& path, int error) {
    const std::string why = path + ": " + std::generic_category().message(error);
    if (error == EACCES || error == EPERM) {
        return cadence::fail(ErrorCode::PermissionDenied,
                             why + "; give the database to the daemon's user");
    }
    if (error == ENOTDIR || error == EISDIR) {
        return cadence::fail(ErrorCode::Configuration, why + "; check state_dir");
    }
    return cadence::fail(ErrorCode::StorageBusy, why);
}

bool looks_like_sqlite(const Bytes& bytes, std::size_t size) {
    for (std::size_t i = 0; i < std::min(size, kMagic.size()); ++i) {
        if (bytes[i] != static_cast<unsigned char>(kMagic[i])) return false;
    }
    return true;
}

Result<std::optional<FileHeader>> parse(const std::string& path, const Bytes& bytes,
                                        std::size_t size, std::uint64_t file_size) {
    if (size == 0) return std::nullopt;
    if (!looks_like_sqlite(bytes, size)) {
        return cadence::fail(ErrorCode::StorageForeign,
                             path +
                                 ": is not a database of cadenced; move it away, or name another "
                                 "state_dir");
    }
    FileHeader header;
    header.page_size = big_endian(bytes, kPageSizeAt, 2);
    if (header.page_size == 1) header.page_size = 65536;
    const bool power_of_two = (header.page_size & (header.page_size - 1)) == 0;
    if (size < kHeaderSize || header.page_size < 512 || !power_of_two) {
        return cadence::fail(ErrorCode::StorageCorrupt,
                             path + ": its header is damaged; restore it from a backup");
    }
    header.pages = big_endian(bytes, kPagesAt, 4);
    header.user_version = big_endian(bytes, kUserVersionAt, 4);
    header.application_id = big_endian(bytes, kApplicationIdAt, 4);
    header.file_size = file_size;
    return header;
}

}  // namespace

std::uint64_t size_of_file(const std::string& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0 || status.st_size < 0) return 0;
    return static_cast<std::uint64_t>(status.st_size);
}

Result<std::optional<FileHeader>> read_header(const std::string& path) {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (descriptor < 0) {
        if (errno == ENOENT) return std::nullopt;
        return cannot_read(path, errno);
    }
    Bytes bytes{};
    const ssize_t size = ::pread(descriptor, bytes.data(), bytes.size(), 0);
    const int error = errno;
    ::close(descriptor);
    if (size < 0) return cannot_read(path, error);
    return parse(path, bytes, static_cast<std::size_t>(size), size_of_file(path));
}

}  // namespace ledger
