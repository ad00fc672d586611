#include "tests/ledger/faulty_disk.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <new>
#include <stdexcept>

namespace ledger_test {
namespace {

// What SQLite allocates for an open file; the real one's lies behind it.
struct File {
    sqlite3_file base;
    FaultyDisk* disk;
    std::shared_ptr<FaultyDisk::Platter> platter;  // of the database and its log
    bool is_database;
    sqlite3_file* real;
};

File* ours(sqlite3_file* file) { return reinterpret_cast<File*>(file); }
sqlite3_file* real(sqlite3_file* file) { return ours(file)->real; }

int close_file(sqlite3_file* file) {
    const int closed = real(file)->pMethods->xClose(real(file));
    ours(file)->~File();
    return closed;
}

int read_file(sqlite3_file* file, void* to, int size, sqlite3_int64 at) {
    const int outcome = ours(file)->disk->on_read(ours(file)->is_database);
    if (outcome != SQLITE_OK) return outcome;
    return real(file)->pMethods->xRead(real(file), to, size, at);
}

int write_part(sqlite3_file* file, const void* from, int size, sqlite3_int64 at) {
    const int outcome = real(file)->pMethods->xWrite(real(file), from, size, at);
    if (outcome == SQLITE_OK && ours(file)->platter) ours(file)->platter->written(at, size);
    return outcome;
}

int write_file(sqlite3_file* file, const void* from, int size, sqlite3_int64 at) {
    FaultyDisk& disk = *ours(file)->disk;
    const int outcome = disk.on_write(ours(file)->is_database);
    if (outcome == SQLITE_OK) return write_part(file, from, size, at);
    if (disk.cuts()) static_cast<void>(write_part(file, from, size / 2, at));
    return outcome;
}

int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
    const int outcome = ours(file)->disk->on_truncate(ours(file)->is_database);
    if (outcome != SQLITE_OK) return outcome;
    if (ours(file)->platter) ours(file)->platter->truncated(size);
    return real(file)->pMethods->xTruncate(real(file), size);
}

int sync_file(sqlite3_file* file, int /*flags*/) {
    File& mine = *ours(file);
    const int outcome = mine.disk->on_sync(mine.is_database);
    if (outcome != SQLITE_OK) {
        if (mine.platter && mine.disk->forgets()) mine.platter->forget();
        return outcome;
    }
    // What has reached the platter is known without asking the real one, which takes its time.
    if (mine.platter) mine.platter->sync(real(file));
    return SQLITE_OK;
}

int size_of_file(sqlite3_file* file, sqlite3_int64* size) {
    return real(file)->pMethods->xFileSize(real(file), size);
}
int lock_file(sqlite3_file* file, int level) {
    return real(file)->pMethods->xLock(real(file), level);
}
int unlock_file(sqlite3_file* file, int level) {
    return real(file)->pMethods->xUnlock(real(file), level);
}
int check_reserved(sqlite3_file* file, int* reserved) {
    return real(file)->pMethods->xCheckReservedLock(real(file), reserved);
}
int control_file(sqlite3_file* file, int operation, void* argument) {
    return real(file)->pMethods->xFileControl(real(file), operation, argument);
}
int sector_size(sqlite3_file* file) { return real(file)->pMethods->xSectorSize(real(file)); }
int characteristics(sqlite3_file* file) {
    return real(file)->pMethods->xDeviceCharacteristics(real(file));
}
int map_shared(sqlite3_file* file, int region, int size, int extend, void volatile** memory) {
    return real(file)->pMethods->xShmMap(real(file), region, size, extend, memory);
}
int lock_shared(sqlite3_file* file, int offset, int count, int flags) {
    return real(file)->pMethods->xShmLock(real(file), offset, count, flags);
}
void barrier(sqlite3_file* file) { real(file)->pMethods->xShmBarrier(real(file)); }
int unmap_shared(sqlite3_file* file, int remove) {
    return real(file)->pMethods->xShmUnmap(real(file), remove);
}
int fetch(sqlite3_file* file, sqlite3_int64 at, int size, void** page) {
    return real(file)->pMethods->xFetch(real(file), at, size, page);
}
int unfetch(sqlite3_file* file, sqlite3_int64 at, void* page) {
    return real(file)->pMethods->xUnfetch(real(file), at, page);
}

constexpr sqlite3_io_methods kMethods = {3,
                                         close_file,
                                         read_file,
                                         write_file,
                                         truncate_file,
                                         sync_file,
                                         size_of_file,
                                         lock_file,
                                         unlock_file,
                                         check_reserved,
                                         control_file,
                                         sector_size,
                                         characteristics,
                                         map_shared,
                                         lock_shared,
                                         barrier,
                                         unmap_shared,
                                         fetch,
                                         unfetch};

struct Names {
    FaultyDisk* disk;
    sqlite3_vfs* real;
};
Names g_names{nullptr, nullptr};

int open_file(sqlite3_vfs*, const char* path, sqlite3_file* file, int flags, int* given) {
    auto* const mine = new (file) File{};
    mine->disk = g_names.disk;
    const int outcome = mine->disk->on_open((flags & SQLITE_OPEN_MAIN_DB) != 0);
    if (outcome != SQLITE_OK) return outcome;
    mine->real = reinterpret_cast<sqlite3_file*>(mine + 1);
    mine->is_database = (flags & SQLITE_OPEN_MAIN_DB) != 0;
    if (path != nullptr && (flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL)) != 0) {
        mine->platter = mine->disk->platter_of(path);
    }
    const int opened = g_names.real->xOpen(g_names.real, path, mine->real, flags, given);
    mine->base.pMethods = mine->real->pMethods != nullptr ? &kMethods : nullptr;
    if (mine->base.pMethods == nullptr) mine->platter.reset();  // nobody is going to close it
    return opened;
}

int delete_file(sqlite3_vfs*, const char* path, int sync) {
    g_names.disk->removed(path);
    return g_names.real->xDelete(g_names.real, path, sync);
}

}  // namespace

void FaultyDisk::Platter::sync(sqlite3_file* file) {
    for (const Change& change : unsynced_) {
        const auto at = static_cast<std::size_t>(change.at);
        if (change.size < 0) {
            content_.resize(std::min(content_.size(), at));
            continue;
        }
        const auto end = at + static_cast<std::size_t>(change.size);
        if (content_.size() < end) content_.resize(end);
        // What lies beyond the end by now is read as zeros.
        static_cast<void>(
            file->pMethods->xRead(file, content_.data() + at, change.size, change.at));
    }
    unsynced_.clear();
}

FaultyDisk::FaultyDisk() : real_(sqlite3_vfs_find(nullptr)) {
    if (g_names.disk != nullptr) throw std::logic_error("there is one faulty disk already");
    vfs_ = std::make_unique<sqlite3_vfs>(*real_);
    vfs_->zName = "faulty";
    vfs_->pNext = nullptr;
    vfs_->szOsFile = static_cast<int>(sizeof(File)) + real_->szOsFile;
    vfs_->xOpen = open_file;
    vfs_->xDelete = delete_file;
    g_names = {this, real_};
    sqlite3_vfs_register(vfs_.get(), 1);
}

FaultyDisk::~FaultyDisk() {
    sqlite3_vfs_unregister(vfs_.get());
    sqlite3_vfs_register(real_, 1);
    g_names = {nullptr, nullptr};
}

void FaultyDisk::arm(Fault fault, int nth, bool for_ever) {
    fault_ = fault;
    left_ = nth;
    for_ever_ = for_ever;
    struck_ = false;
}

void FaultyDisk::heal() { left_ = 0; }

int FaultyDisk::strike(bool fits, bool of_database, int code) {
    const bool chosen = fits && (of_database || calls_ == Calls::All);
    if (!chosen || left_ == 0 || (left_ > 1 && --left_ > 0)) return SQLITE_OK;
    struck_ = true;
    if (!for_ever_) left_ = 0;
    return code;
}

int FaultyDisk::on_write(bool of_database) {
    switch (fault_) {
        case Fault::WriteFails:
        case Fault::WriteCut:
            return strike(true, of_database, SQLITE_IOERR_WRITE);
        case Fault::Full:
            return strike(true, of_database, SQLITE_FULL);
        case Fault::Damaged:
            return strike(true, of_database, SQLITE_CORRUPT);
        default:
            return SQLITE_OK;
    }
}

int FaultyDisk::on_read(bool of_database) {
    return strike(fault_ == Fault::ReadFails, of_database, SQLITE_IOERR_READ);
}

// A disk that takes no write takes no other end of the file either.
int FaultyDisk::on_truncate(bool of_database) {
    const int as_write = on_write(of_database);
    if (as_write != SQLITE_OK) return as_write;
    return strike(fault_ == Fault::TruncateFails, of_database, SQLITE_IOERR_TRUNCATE);
}

int FaultyDisk::on_open(bool of_database) {
    return strike(fault_ == Fault::OpenFails, of_database, SQLITE_CANTOPEN);
}

int FaultyDisk::on_sync(bool of_database) {
    const bool of_syncs = fault_ == Fault::SyncFails || fault_ == Fault::SyncForgets;
    return strike(of_syncs, of_database, SQLITE_IOERR_FSYNC);
}

std::shared_ptr<FaultyDisk::Platter> FaultyDisk::platter_of(const std::string& path) {
    auto& platter = platters_[path];
    if (!platter) {
        std::ifstream file(path, std::ios::binary);
        std::string content{std::istreambuf_iterator<char>(file), {}};
        platter = std::make_shared<Platter>(std::move(content));
    }
    return platter;
}

std::map<std::string, std::string> FaultyDisk::after_power_cut() const {
    std::map<std::string, std::string> files;
    for (const auto& [path, platter] : platters_) files.emplace(path, platter->content());
    return files;
}

}  // namespace ledger_test
