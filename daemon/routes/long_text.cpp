#include "daemon/routes/long_text.hpp"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

namespace cadenced::wire {
namespace {

using cadence::ErrorCode;
using cadence::Result;

tl::unexpected<cadence::Error> fail_on(const std::string& directory, int error) {
    const bool full = error == ENOSPC || error == EDQUOT || error == EFBIG;
    return cadence::fail(
        ErrorCode::StorageBusy,
        directory + ": a long answer cannot be kept: " + std::generic_category().message(error) +
            (full ? "; free space on its disk" : "; mend that, and send it again"));
}

// Some file systems know no files without a name.
int open_nameless(const std::string& directory) {
    const int file = ::open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (file >= 0 || (errno != EOPNOTSUPP && errno != EISDIR)) return file;
    std::string path = directory + "/answer-XXXXXX";
    const int named = ::mkostemp(path.data(), O_CLOEXEC);
    if (named >= 0) ::unlink(path.c_str());
    return named;
}

}  // namespace

LongText::~LongText() {
    room_->give_back(stored_);
    if (file_ >= 0) ::close(file_);
}

Result<void> LongText::append(std::string_view text) {
    if (memory_.size() >= kInMemory) {
        auto stored = store();
        if (!stored) return stored;
    }
    memory_.append(text);
    return {};
}

Result<void> LongText::store() {
    if (file_ < 0) file_ = open_nameless(directory_);
    if (file_ < 0) return fail_on(directory_, errno);
    if (!room_->take(memory_.size())) {
        return cadence::fail(ErrorCode::StorageBusy,
                             "other long answers take all the room there is for them; send this "
                             "again when they have been read, or in smaller parts");
    }
    stored_ += memory_.size();
    std::string_view rest = memory_;
    while (!rest.empty()) {
        const auto written = ::write(file_, rest.data(), rest.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return fail_on(directory_, errno);
        rest.remove_prefix(static_cast<std::size_t>(written));
    }
    memory_.clear();
    return {};
}

Result<std::string> LongText::read() {
    if (read_ == stored_) return std::exchange(memory_, {});
    std::string piece(std::min(kInMemory, stored_ - read_), '\0');
    const auto size = ::pread(file_, piece.data(), piece.size(), static_cast<off_t>(read_));
    if (size <= 0) return fail_on(directory_, size == 0 ? EIO : errno);
    piece.resize(static_cast<std::size_t>(size));
    read_ += piece.size();
    return piece;
}

}  // namespace cadenced::wire
