// A disk that fails when it is told to: an SQLite VFS over the real one, which everything opened
// while it lives goes through, and which knows what a power cut would leave. One at a time; used by
// one thread at a time.
#pragma once

#include <sqlite3.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace ledger_test {

class FaultyDisk {
  public:
    enum class Fault {
        WriteFails,   // nothing of it arrives
        WriteCut,     // half of it arrives
        Full,         // no space is left
        SyncFails,    // and the next one makes up for it
        SyncForgets,  // what it was to sync counts as clean from then on, as kernels have it
        Damaged,      // a write finds that what is there cannot be
        ReadFails,
        TruncateFails,
        OpenFails,
    };
    enum class Calls { All, OfDatabase };  // which can fail

    // What has reached the platter of one file.
    class Platter {
      public:
        explicit Platter(std::string content) : content_(std::move(content)) {}
        void written(sqlite3_int64 at, int size) { unsynced_.push_back({at, size}); }
        void truncated(sqlite3_int64 size) { unsynced_.push_back({size, -1}); }
        void sync(sqlite3_file* file);
        void forget() { unsynced_.clear(); }
        [[nodiscard]] const std::string& content() const { return content_; }

      private:
        struct Change {
            sqlite3_int64 at;
            int size;  // -1: the file ends at `at`
        };
        std::string content_;
        std::vector<Change> unsynced_;
    };

    FaultyDisk();
    ~FaultyDisk();
    FaultyDisk(const FaultyDisk&) = delete;
    FaultyDisk& operator=(const FaultyDisk&) = delete;

    // The `nth` call from now on that can fail so does (1: the next), and, with `for_ever`, all
    // that follow.
    void arm(Fault fault, int nth, bool for_ever);
    void heal();
    [[nodiscard]] bool struck() const { return struck_; }
    void choose(Calls calls) { calls_ = calls; }

    // Files as a power cut now would leave them, by path: without anything that was not synced.
    [[nodiscard]] std::map<std::string, std::string> after_power_cut() const;
    // To be called when no file is open and files were changed by others.
    void forget_files() { platters_.clear(); }

    // For the VFS: what a call is to come to. SQLITE_OK: as it really is.
    [[nodiscard]] int on_write(bool of_database);
    [[nodiscard]] int on_sync(bool of_database);
    [[nodiscard]] int on_read(bool of_database);
    [[nodiscard]] int on_truncate(bool of_database);
    [[nodiscard]] int on_open(bool of_database);
    [[nodiscard]] bool cuts() const { return fault_ == Fault::WriteCut; }
    [[nodiscard]] bool forgets() const { return fault_ == Fault::SyncForgets; }
    [[nodiscard]] std::shared_ptr<Platter> platter_of(const std::string& path);
    void removed(const std::string& path) { platters_.erase(path); }

  private:
    [[nodiscard]] int strike(bool fits, bool of_database, int code);

    std::unique_ptr<sqlite3_vfs> vfs_;
    sqlite3_vfs* real_;
    Fault fault_{Fault::WriteFails};
    int left_{0};  // calls until it fails; 0: it is sound
    bool for_ever_{false};
    bool struck_{false};
    Calls calls_{Calls::All};
    std::map<std::string, std::shared_ptr<Platter>> platters_;
};

}  // namespace ledger_test
