// What the first bytes of a database file say of it, read without SQLite, which might change it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cadence/error.hpp"

namespace ledger {

struct FileHeader {
    std::uint32_t application_id{0};
    std::uint32_t user_version{0};
    std::uint64_t page_size{0};
    std::uint64_t pages{0};
    std::uint64_t file_size{0};
};

// Empty when there is no file, or one without a byte. Errors: StorageForeign (no SQLite file),
// StorageCorrupt (one that is cut, or whose header makes no sense), PermissionDenied, StorageBusy.
[[nodiscard]] cadence::Result<std::optional<FileHeader>> read_header(const std::string& path);

// Bytes of the file; 0 when there is none.
[[nodiscard]] std::uint64_t size_of_file(const std::string& path);

}  // namespace ledger
