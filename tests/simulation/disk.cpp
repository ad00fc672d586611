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
    const auto outcome = disk_->operate(Operation::Read);
    if (outcome != Outcome::Done) return outcome;
    got = at < now_.size() ? std::min(size, now_.size() - at) : 0;
    if (got > 0) std::memcpy(target, now_.data() + at, got);
    return Outcome::Done;
}

// What a later truncation has cut off is not there any more.
void Disk::File::make_durable(const Change& change) {
    if (change.truncates) {
        durable_.resize(std::min(durable_.size(), change.at));
        return;
    }
    auto const end = std::min(change.at + change.size, now_.size());
    if (end <= change.at) return;
    if (durable_.size() < end) durable_.resize(end);
    std::memcpy(durable_.data() + change.at, now_.data() + change.at, end - change.at);
}

Disk::Outcome Disk::File::write(const void* source, std::size_t size, std::size_t at) {
    if (dead_) return Outcome::Failed;
    const auto outcome = disk_->operate(Operation::Write);
    if (dead_) return Outcome::Failed;
    if (outcome != Outcome::Done) return outcome;
    if (now_.size() < at + size) now_.resize(at + size);
    std::memcpy(now_.data() + at, source, size);
    unsynced_.push_back({at, size, false});
    return Outcome::Done;
}

Disk::Outcome Disk::File::truncate(std::size_t size) {
    if (dead_) return Outcome::Failed;
    const auto outcome = disk_->operate(Operation::Other);
    if (dead_) return Outcome::Failed;
    if (outcome != Outcome::Done) return outcome;
    now_.resize(std::min(now_.size(), size));
    unsynced_.push_back({size, 0, true});
    return Outcome::Done;
}

// One that fails may have brought some of it to the platter; what it has not is clean all the same,
// as kernels have it, and no later sync makes up for it.
Disk::Outcome Disk::File::sync() {
    if (dead_) return Outcome::Failed;
    const auto outcome = disk_->operate(Operation::Sync);
    if (dead_) return Outcome::Failed;
    if (outcome == Outcome::Done) {
        for (const Change& change : unsynced_) make_durable(change);
        synced_once_ = true;
    } else {
        cut(disk_->dice_);
    }
    unsynced_.clear();
    return outcome;
}

// Sectors reach the platter in any order; each is there as it was or as it is.
void Disk::File::cut(Dice& dice) {
    for (const Change& change : unsynced_) {
        if (change.truncates) {
            if (dice.chance(0.5)) make_durable(change);
            continue;
        }
        const double share = dice.pick(std::array{0.0, 0.5, 0.9, 1.0});
        const std::size_t end = change.at + change.size;
        for (std::size_t from = change.at; from < end;) {
            const std::size_t to = std::min((from / kSector + 1) * kSector, end);
            if (dice.chance(share)) make_durable({from, to - from, false});
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
    const auto outcome = operate(Operation::Other);
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

bool Disk::strikes(Operation operation) {
    if (trouble.failure_rate <= 0) return false;
    if (trouble.only_reads && operation != Operation::Read) return false;
    if (trouble.only_syncs && operation != Operation::Sync) return false;
    return dice_.chance(trouble.failure_rate);
}

Disk::Outcome Disk::operate(Operation operation) {
    const bool changes = operation != Operation::Read;
    if (changes && countdown_ > 0 && --countdown_ == 0) std::exchange(then_, nullptr)();
    if (operation == Operation::Write && trouble.full) {
        if (hit) hit();
        return Outcome::Full;
    }
    if (!strikes(operation)) return Outcome::Done;
    if (hit) hit();
    return Outcome::Failed;
}

}  // namespace simulation
