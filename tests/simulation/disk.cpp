#include "tests/simulation/disk.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace simulation {
namespace {

constexpr std::size_t kSector = 512;

}  // namespace

Disk::Outcome Disk::File::read(void* target, std::size_t size, std::size_t at,
                               std::size_t& got) const {
    if (dead_) return Outcome::Failed;
    got = at < now_.size() ? std::min(size, now_.size() - at) : 0;
    if (got > 0) std::memcpy(target, now_.data() + at, got);
    return Outcome::Done;
}

void Disk::File::apply(Bytes& image, const Change& change) {
    if (change.truncates) {
        image.resize(change.at);
        return;
    }
    image.resize(std::max(image.size(), change.at + change.bytes.size()));
    std::memcpy(image.data() + change.at, change.bytes.data(), change.bytes.size());
}

Disk::Outcome Disk::File::write(const void* source, std::size_t size, std::size_t at) {
    if (dead_) return Outcome::Failed;
    const auto outcome = disk_->operate(true);
    if (dead_) return Outcome::Failed;
    if (outcome != Outcome::Done) return outcome;
    const auto* const bytes = static_cast<const unsigned char*>(source);
    unsynced_.push_back({at, Bytes(bytes, bytes + size), false});
    apply(now_, unsynced_.back());
    return Outcome::Done;
}

Disk::Outcome Disk::File::truncate(std::size_t size) {
    if (dead_) return Outcome::Failed;
    const auto outcome = disk_->operate(false);
    if (dead_) return Outcome::Failed;
    if (outcome != Outcome::Done) return outcome;
    unsynced_.push_back({size, {}, true});
    apply(now_, unsynced_.back());
    return Outcome::Done;
}

Disk::Outcome Disk::File::sync() {
    if (dead_) return Outcome::Failed;
    const auto outcome = disk_->operate(false);
    if (dead_) return Outcome::Failed;
    if (outcome != Outcome::Done) return outcome;
    for (const Change& change : unsynced_) apply(durable_, change);
    unsynced_.clear();
    synced_once_ = true;
    return Outcome::Done;
}

// Sectors reach the platter in any order; what one write changed in a sector, the sector has whole.
void Disk::File::cut(Dice& dice) {
    for (const Change& change : unsynced_) {
        if (change.truncates) {
            if (dice.chance(0.5)) apply(durable_, change);
            continue;
        }
        const double share = dice.pick(std::array{0.0, 0.5, 0.9, 1.0});
        for (std::size_t from = 0; from < change.bytes.size();) {
            const std::size_t edge = ((change.at + from) / kSector + 1) * kSector - change.at;
            const std::size_t to = std::min(edge, change.bytes.size());
            if (dice.chance(share)) {
                const auto begin = change.bytes.begin();
                apply(durable_, {change.at + from,
                                 Bytes(begin + static_cast<std::ptrdiff_t>(from),
                                       begin + static_cast<std::ptrdiff_t>(to)),
                                 false});
            }
            from = to;
        }
    }
}

void Disk::put(const std::string& name, const Bytes& image) {
    const auto file = create(name);
    file->now_ = image;
    file->durable_ = image;
    file->synced_once_ = true;
}

Disk::Bytes Disk::image_of(const std::string& name) const {
    const auto file = find(name);
    return file ? file->now_ : Bytes{};
}

std::shared_ptr<Disk::File> Disk::find(const std::string& name) const {
    const auto found = files_.find(name);
    return found == files_.end() ? nullptr : found->second;
}

std::shared_ptr<Disk::File> Disk::create(const std::string& name) {
    auto& file = files_[name];
    file = std::make_shared<File>();
    file->disk_ = this;
    return file;
}

Disk::Outcome Disk::remove(const std::string& name) {
    const auto file = find(name);
    if (!file || file->dead_) return Outcome::Failed;
    const auto outcome = operate(false);
    if (file->dead_) return Outcome::Failed;
    if (outcome == Outcome::Done) files_.erase(name);
    return outcome;
}

void Disk::lose_power() {
    countdown_ = 0;
    auto before = std::exchange(files_, {});
    for (auto& [name, file] : before) {
        file->dead_ = true;
        // The entry in the directory is synced with the file's first sync.
        if (!file->synced_once_ && dice_.chance(0.5)) continue;
        file->cut(dice_);
        put(name, file->durable_);
    }
}

void Disk::after_operations(int count, std::function<void()> then) {
    countdown_ = count;
    then_ = std::move(then);
}

Disk::Outcome Disk::operate(bool needs_room) {
    if (countdown_ > 0 && --countdown_ == 0) std::exchange(then_, nullptr)();
    if (needs_room && trouble.full) {
        if (hit) hit();
        return Outcome::Full;
    }
    if (trouble.failure_rate > 0 && dice_.chance(trouble.failure_rate)) {
        if (hit) hit();
        return Outcome::Failed;
    }
    return Outcome::Done;
}

}  // namespace simulation
