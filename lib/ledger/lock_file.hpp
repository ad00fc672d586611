// Keeps a second daemon away from the same state directory. The lock belongs to the open file, so
// it ends with the process however that ends.
#pragma once

#include <string>

#include "cadence/error.hpp"

namespace ledger {

class LockFile {
  public:
    // Locks `<directory>/cadenced.lock`, which is made if absent and says whose lock it is. Errors:
    // AlreadyRunning (naming the other's process id), CannotCreate (no such directory, or none that
    // this user may write), PermissionDenied (it is there and may not be used).
    [[nodiscard]] static cadence::Result<LockFile> acquire(const std::string& directory);

    LockFile(LockFile&& other) noexcept;
    LockFile& operator=(LockFile&& other) noexcept;
    ~LockFile();

  private:
    explicit LockFile(int descriptor) : descriptor_(descriptor) {}
    int descriptor_{-1};
};

}  // namespace ledger
