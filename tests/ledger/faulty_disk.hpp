// A disk that fails when it is told to: an SQLite VFS over the real one, which everything opened
// while it lives goes through. One at a time; used by one thread at a time.
#pragma once

#include <sqlite3.h>

#include <memory>

namespace ledger_test {

class FaultyDisk {
  public:
    enum class Fault {
        WriteFails,  // nothing of it arrives
        WriteCut,    // half of it arrives
        Full,        // no space is left
        SyncFails,
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

    // For the VFS: what a write, or a sync, is to come to. SQLITE_OK: as it really is.
    [[nodiscard]] int on_write();
    [[nodiscard]] int on_sync();
    [[nodiscard]] bool cuts() const { return fault_ == Fault::WriteCut; }

  private:
    [[nodiscard]] int strike(bool fits, int code);

    std::unique_ptr<sqlite3_vfs> vfs_;
    sqlite3_vfs* real_;
    Fault fault_{Fault::WriteFails};
    int left_{0};  // calls until it fails; 0: it is sound
    bool for_ever_{false};
    bool struck_{false};
};

}  // namespace ledger_test
