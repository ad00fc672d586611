#include "ledger/store.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <memory>
#include <random>
#include <system_error>

#include "ledger/file_header.hpp"
#include "ledger/schema_check.hpp"
#include "ledger/storage_error.hpp"

namespace ledger {
namespace {

using cadence::ErrorCode;
using cadence::Result;

std::string directory_of(const std::string& path) {
    const auto slash = path.rfind('/');
    if (slash == std::string::npos) return ".";
    return slash == 0 ? "/" : path.substr(0, slash);
}

tl::unexpected<cadence::Error> cannot_create(const std::string& path, int error) {
    const std::string why = path + ": cannot be created: " + std::generic_category().message(error);
    if (error == ENOENT || error == ENOTDIR) {
        return cadence::fail(ErrorCode::CannotCreate, why + "; create the directory (state_dir)");
    }
    if (error == EACCES || error == EPERM || error == EROFS) {
        return cadence::fail(ErrorCode::CannotCreate,
                             why + "; give the state directory to the daemon's user");
    }
    return cadence::fail(ErrorCode::StorageBusy, why);
}

Result<void> make_empty_file(const std::string& path) {
    const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (descriptor < 0) return cannot_create(path, errno);
    ::close(descriptor);
    return {};
}

// A name that no other database has, so that a restored copy can be told from its original.
std::string make_epoch() {
    std::random_device entropy;
    std::string epoch;
    for (int i = 0; i < 4; ++i) {
        char text[16];
        std::snprintf(text, sizeof text, "%08x", entropy());
        epoch += text;
    }
    return epoch;
}

Result<void> fill(const std::string& path, const std::vector<Migration>& migrations) {
    auto database = Database::open(path, Access::Writer);
    if (!database) return tl::unexpected(database.error());
    try {
        database->execute_script("PRAGMA application_id = " + std::to_string(kApplicationId));
        if (auto migrated = migrate(*database, migrations); !migrated) return migrated;
        database->execute("INSERT OR REPLACE INTO meta (key, value) VALUES ('epoch', ?1)",
                          make_epoch());
        database->execute_script("PRAGMA wal_checkpoint(TRUNCATE)");
    } catch (const StorageFailure& failure) {
        return cadence::fail(failure.error().code, path + ": " + failure.error().detail);
    }
    return {};
}

Result<void> put_in_place(const std::string& made, const std::string& path) {
    const std::string directory = directory_of(path);
    if (std::rename(made.c_str(), path.c_str()) != 0) return cannot_create(path, errno);
    const int descriptor = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return cannot_create(path, errno);
    const bool synced = ::fsync(descriptor) == 0;
    const int error = errno;
    ::close(descriptor);
    if (!synced) return cannot_create(path, error);
    return {};
}

// Made under another name and renamed: whoever finds a file under ours finds a complete one.
Result<void> create(const std::string& path, const std::vector<Migration>& migrations) {
    if (size_of_file(path + "-wal") > 0) {
        return cadence::fail(ErrorCode::StorageCorrupt,
                             path +
                                 ": is gone, but the write-ahead log beside it is not; restore "
                                 "the database, or move the log away to begin a new one");
    }
    const std::string made = path + ".new";
    for (const char* const suffix : {"", "-wal", "-shm"}) std::remove((made + suffix).c_str());
    if (auto empty = make_empty_file(made); !empty) return empty;
    if (auto filled = fill(made, migrations); !filled) {
        for (const char* const suffix : {"", "-wal", "-shm"}) std::remove((made + suffix).c_str());
        return filled;
    }
    return put_in_place(made, path);
}

Result<void> check_header(const std::string& path, const FileHeader& header,
                          const std::vector<Migration>& migrations) {
    if (header.application_id != kApplicationId) {
        return cadence::fail(ErrorCode::StorageForeign,
                             path +
                                 ": is another program's SQLite database; move it away, or name "
                                 "another state_dir");
    }
    if (header.user_version > migrations.size()) {
        return cadence::fail(ErrorCode::StorageForeign,
                             path + ": was written by a newer cadenced (schema " +
                                 std::to_string(header.user_version) + ", this one knows " +
                                 std::to_string(migrations.size()) + "); install that version");
    }
    // A crash in a checkpoint leaves a short file whose missing pages are in the log.
    const bool short_file = header.file_size < header.pages * header.page_size;
    if (short_file && size_of_file(path + "-wal") == 0) {
        return cadence::fail(ErrorCode::StorageCorrupt,
                             path + ": is cut off; restore it from a backup");
    }
    return {};
}

// Whether the last daemon stopped cleanly; from here on this one has not.
bool take_clean_stop(Database& database) {
    return database.execute("DELETE FROM meta WHERE key = 'clean_stop'") > 0;
}

Result<OpenedLedger> open_existing(const std::string& path,
                                   const std::vector<Migration>& migrations) {
    auto database = Database::open(path, Access::Writer);
    if (!database) return tl::unexpected(database.error());
    try {
        if (auto migrated = migrate(*database, migrations); !migrated) {
            return cadence::fail(migrated.error().code, path + ": " + migrated.error().detail);
        }
        const bool clean = take_clean_stop(*database);
        // So that a file's own header says its version, without its log.
        database->execute_script("PRAGMA wal_checkpoint(TRUNCATE)");
        return OpenedLedger{std::move(*database), false, clean};
    } catch (const StorageFailure& failure) {
        return cadence::fail(failure.error().code, path + ": " + failure.error().detail);
    }
}

}  // namespace

Result<OpenedLedger> open_ledger(const std::string& path,
                                 const std::vector<Migration>& migrations) {
    const auto header = read_header(path);
    if (!header) return tl::unexpected(header.error());
    if (!*header) {
        if (auto created = create(path, migrations); !created) {
            return tl::unexpected(created.error());
        }
    } else {
        if (auto ours = check_header(path, **header, migrations); !ours) {
            return tl::unexpected(ours.error());
        }
        if (auto schema = check_schema(path, migrations); !schema) {
            return tl::unexpected(schema.error());
        }
    }
    auto opened = open_existing(path, migrations);
    if (opened && !*header) {
        opened->created = true;
        opened->was_clean = true;
    }
    return opened;
}

Result<void> quick_check(const std::string& path) {
    auto reader = Database::open(path, Access::Reader);
    if (!reader) return tl::unexpected(reader.error());
    try {
        auto row = reader->query("PRAGMA quick_check(1)");
        const std::string found = row.step() ? row.text(0) : "no answer";
        if (found == "ok") return {};
        return cadence::fail(ErrorCode::StorageCorrupt,
                             path + ": is damaged (" + found + "); restore it from a backup");
    } catch (const StorageFailure& failure) {
        return cadence::fail(failure.error().code, path + ": " + failure.error().detail);
    }
}

void mark_clean_stop(Database& database, cadence::Instant now) {
    database.execute("INSERT OR REPLACE INTO meta (key, value) VALUES ('clean_stop', ?1)",
                     std::to_string(cadence::to_ms(now)));
}

}  // namespace ledger
