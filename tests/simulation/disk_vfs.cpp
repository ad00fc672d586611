#include "tests/simulation/disk_vfs.hpp"

#include <sqlite3.h>

#include <cstring>
#include <new>
#include <vector>

#include "tests/simulation/pool.hpp"

namespace simulation {
namespace {

Disk* mounted = nullptr;
std::uint64_t random_seed = 0;

struct Handle {
    sqlite3_file base;
    std::shared_ptr<Disk::File> file;
};

Handle& of(sqlite3_file* file) { return *reinterpret_cast<Handle*>(file); }

int code_of(Disk::Outcome outcome, int failed) {
    if (outcome == Disk::Outcome::Done) return SQLITE_OK;
    return outcome == Disk::Outcome::Full ? SQLITE_FULL : failed;
}

int close_file(sqlite3_file* file) {
    of(file).~Handle();
    return SQLITE_OK;
}

int read_file(sqlite3_file* file, void* target, int amount, sqlite3_int64 at) {
    const auto size = static_cast<std::size_t>(amount);
    std::size_t got = 0;
    const auto outcome = of(file).file->read(target, size, static_cast<std::size_t>(at), got);
    if (outcome != Disk::Outcome::Done) return SQLITE_IOERR_READ;
    if (got == size) return SQLITE_OK;
    std::memset(static_cast<unsigned char*>(target) + got, 0, size - got);
    return SQLITE_IOERR_SHORT_READ;
}

int write_file(sqlite3_file* file, const void* source, int amount, sqlite3_int64 at) {
    return code_of(of(file).file->write(source, static_cast<std::size_t>(amount),
                                        static_cast<std::size_t>(at)),
                   SQLITE_IOERR_WRITE);
}

int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
    return code_of(of(file).file->truncate(static_cast<std::size_t>(size)), SQLITE_IOERR_TRUNCATE);
}

int sync_file(sqlite3_file* file, int /*flags*/) {
    return code_of(of(file).file->sync(), SQLITE_IOERR_FSYNC);
}

int size_of_file(sqlite3_file* file, sqlite3_int64* size) {
    *size = static_cast<sqlite3_int64>(of(file).file->size());
    return SQLITE_OK;
}

int lock_file(sqlite3_file* /*file*/, int /*level*/) { return SQLITE_OK; }

int is_reserved(sqlite3_file* /*file*/, int* reserved) {
    *reserved = 0;
    return SQLITE_OK;
}

int control(sqlite3_file* /*file*/, int /*what*/, void* /*argument*/) { return SQLITE_NOTFOUND; }

int sector_size(sqlite3_file* /*file*/) { return 4096; }

// As SQLite's own for Unix says: a write changes nothing beside itself.
int characteristics(sqlite3_file* /*file*/) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }

int map_index(sqlite3_file* file, int region, int size, int extend, void volatile** mapped) {
    auto& regions = of(file).file->shared_memory;
    const auto wanted = static_cast<std::size_t>(region);
    while (extend != 0 && regions.size() <= wanted) {
        regions.push_back(std::make_unique<unsigned char[]>(static_cast<std::size_t>(size)));
    }
    *mapped = wanted < regions.size() ? regions[wanted].get() : nullptr;
    return SQLITE_OK;
}

int lock_index(sqlite3_file* /*file*/, int /*offset*/, int /*count*/, int /*flags*/) {
    return SQLITE_OK;
}

void order_index(sqlite3_file* /*file*/) {}

// The one connection is closed: the next one finds no index and makes it from the log.
int unmap_index(sqlite3_file* file, int /*remove*/) {
    of(file).file->shared_memory.clear();
    return SQLITE_OK;
}

const sqlite3_io_methods kMethods{
    2,          close_file,  read_file,   write_file, truncate_file, sync_file,       size_of_file,
    lock_file,  lock_file,   is_reserved, control,    sector_size,   characteristics, map_index,
    lock_index, order_index, unmap_index, nullptr,    nullptr};

int open_file(sqlite3_vfs* /*vfs*/, const char* name, sqlite3_file* file, int flags, int* opened) {
    file->pMethods = nullptr;
    if (name == nullptr) return SQLITE_CANTOPEN;  // temporary files: the ledger has none
    auto found = mounted->find(name);
    // The log is made when it is first written to; the database is there or it is not.
    if (!found && (flags & SQLITE_OPEN_CREATE) != 0) found = mounted->create(name);
    if (!found) return SQLITE_CANTOPEN;
    auto* const handle = new (file) Handle{{&kMethods}, std::move(found)};
    static_cast<void>(handle);
    if (opened != nullptr) *opened = flags;
    return SQLITE_OK;
}

int delete_file(sqlite3_vfs* /*vfs*/, const char* name, int /*sync*/) {
    if (!mounted->find(name)) return SQLITE_IOERR_DELETE_NOENT;
    return code_of(mounted->remove(name), SQLITE_IOERR_DELETE);
}

int access_file(sqlite3_vfs* /*vfs*/, const char* name, int /*flags*/, int* found) {
    *found = mounted->find(name) ? 1 : 0;
    return SQLITE_OK;
}

int full_path(sqlite3_vfs* /*vfs*/, const char* name, int size, char* path) {
    sqlite3_snprintf(size, path, "%s", name);
    return SQLITE_OK;
}

int randomness(sqlite3_vfs* /*vfs*/, int size, char* target) {
    Dice dice(random_seed);
    for (int i = 0; i < size; ++i) target[i] = static_cast<char>(dice.between(0, 127));
    return size;
}

int sleep_for(sqlite3_vfs* /*vfs*/, int microseconds) { return microseconds; }

int current_time(sqlite3_vfs* /*vfs*/, sqlite3_int64* milliseconds) {
    *milliseconds = 0;
    return SQLITE_OK;
}

}  // namespace

void use_disk_vfs() {
    static sqlite3_vfs vfs{};
    if (vfs.iVersion != 0) return;
    // One thread, and nobody asks how much memory is used: no locks.
    sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    use_pool_for_sqlite();
    sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 1200, 400);
    // As many pages as the writer's cache holds, and some.
    constexpr int kPages = 1200;
    constexpr int kPageSize = 4096 + 512;
    static std::vector<unsigned char> pages(std::size_t{kPages} * kPageSize);
    sqlite3_config(SQLITE_CONFIG_PAGECACHE, pages.data(), kPageSize, kPages);
    vfs.iVersion = 2;
    vfs.szOsFile = sizeof(Handle);
    vfs.mxPathname = 512;
    vfs.zName = "simulated-disk";
    vfs.xOpen = open_file;
    vfs.xDelete = delete_file;
    vfs.xAccess = access_file;
    vfs.xFullPathname = full_path;
    vfs.xRandomness = randomness;
    vfs.xSleep = sleep_for;
    vfs.xCurrentTimeInt64 = current_time;
    sqlite3_vfs_register(&vfs, 1);
}

void mount(Disk& disk, std::uint64_t seed) {
    mounted = &disk;
    random_seed = seed;
    sqlite3_randomness(0, nullptr);
}

}  // namespace simulation
