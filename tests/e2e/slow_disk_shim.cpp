// Preloaded into a program, counts its fsync and fdatasync calls, makes each take longer or fail:
// what slow_disk.hpp steers through the file named by CADENCED_SLOW_DISK. Only for tests.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "tests/e2e/slow_disk.hpp"

namespace {

e2e::DiskControl* control() {
    static e2e::DiskControl* const shared = []() -> e2e::DiskControl* {
        const char* const path = std::getenv("CADENCED_SLOW_DISK");
        const int file = path == nullptr ? -1 : ::open(path, O_RDWR | O_CLOEXEC);
        if (file < 0) return nullptr;
        void* const mapped =
            ::mmap(nullptr, sizeof(e2e::DiskControl), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
        ::close(file);
        return mapped == MAP_FAILED ? nullptr : static_cast<e2e::DiskControl*>(mapped);
    }();
    return shared;
}

int sync_slowly(const char* name, int file) {
    auto* const real = reinterpret_cast<int (*)(int)>(::dlsym(RTLD_NEXT, name));
    if (auto* const disk = control()) {
        // By the slice, so that a disk that was slow can be quick again at once.
        constexpr std::int64_t kSlice = 2'000;
        for (std::int64_t slept = 0; slept < disk->delay_us; slept += kSlice) {
            const timespec slice{0, kSlice * 1'000};
            ::nanosleep(&slice, nullptr);
        }
        ++disk->syncs;
        if (const auto failing = disk->failing.load(); failing != 0) {
            if (failing > 0) --disk->failing;
            errno = EIO;
            return -1;
        }
    }
    return real(file);
}

}  // namespace

extern "C" {
int fsync(int file) { return sync_slowly("fsync", file); }
int fdatasync(int file) { return sync_slowly("fdatasync", file); }
}
