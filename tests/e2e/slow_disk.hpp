// A disk whose syncs are counted and can be made slow or fail, for one program: what it is started
// with, and the numbers it shares with slow_disk_shim.cpp while it runs.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

namespace e2e {

struct DiskControl {
    std::atomic<std::int64_t> syncs;     // fsync and fdatasync calls so far
    std::atomic<std::int64_t> delay_us;  // what each takes on top
    std::atomic<std::int64_t> failing;   // so many of the next fail with EIO; -1: all
};
static_assert(std::atomic<std::int64_t>::is_always_lock_free);

class SlowDisk {
  public:
    // Makes the file `dir`/slow-disk. Throws when it cannot.
    explicit SlowDisk(const std::filesystem::path& dir);
    SlowDisk(const SlowDisk&) = delete;
    SlowDisk& operator=(const SlowDisk&) = delete;
    ~SlowDisk();

    [[nodiscard]] std::map<std::string, std::string> environment() const;
    [[nodiscard]] std::int64_t syncs() const { return control_->syncs; }

  private:
    std::filesystem::path path_;
    DiskControl* control_;
};

}  // namespace e2e
