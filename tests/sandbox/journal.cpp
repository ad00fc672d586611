#include "tests/sandbox/journal.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>

namespace sandbox {
namespace {

constexpr std::size_t kMostRequests = 200'000;

}  // namespace

cadence::Result<void> Journal::open_file(const std::string& path) {
    file_.reset(std::fopen(path.c_str(), "ae"));
    if (file_) return {};
    return cadence::fail(cadence::ErrorCode::PermissionDenied,
                         fmt::format("cannot open {} to append to: {}", path, std::strerror(errno)),
                         "--journal");
}

std::uint64_t Journal::add_effect(Effect effect) {
    effect.sequence = ++last_effect_;
    if (file_) {
        auto const line = to_json_text(effect) + "\n";
        std::fwrite(line.data(), 1, line.size(), file_.get());
        std::fflush(file_.get());
    }
    effects_.push_back(std::move(effect));
    return last_effect_;
}

std::uint64_t Journal::begin_request(RequestRecord record) {
    record.number = ++last_request_;
    requests_.push_back(std::move(record));
    if (requests_.size() > kMostRequests) requests_.pop_front();
    return last_request_;
}

RequestRecord* Journal::find_request(std::uint64_t number) {
    if (requests_.empty() || number < requests_.front().number) return nullptr;
    auto const index = number - requests_.front().number;
    return index < requests_.size() ? &requests_[index] : nullptr;
}

}  // namespace sandbox
