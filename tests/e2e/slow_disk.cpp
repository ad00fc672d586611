#include "tests/e2e/slow_disk.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <stdexcept>

#include "tests/e2e/program.hpp"

namespace e2e {

SlowDisk::SlowDisk(const std::filesystem::path& dir) : path_(dir / "slow-disk") {
    write_text(path_, std::string(sizeof(DiskControl), '\0'));
    const int file = ::open(path_.c_str(), O_RDWR | O_CLOEXEC);
    void* const mapped =
        ::mmap(nullptr, sizeof(DiskControl), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    ::close(file);
    if (mapped == MAP_FAILED) throw std::runtime_error("cannot map " + path_.string());
    control_ = static_cast<DiskControl*>(mapped);
}

SlowDisk::~SlowDisk() { ::munmap(control_, sizeof(DiskControl)); }

std::map<std::string, std::string> SlowDisk::environment() const {
    return {{"LD_PRELOAD", CADENCED_SLOW_DISK_SHIM}, {"CADENCED_SLOW_DISK", path_.string()}};
}

}  // namespace e2e
