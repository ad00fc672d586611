#include "ledger/schema_check.hpp"

#include <sqlite3.h>

#include <cstdlib>
#include <map>
#include <memory>

#include "ledger/file_header.hpp"
#include "ledger/storage_error.hpp"

namespace ledger {
namespace {

using cadence::ErrorCode;
using cadence::Result;

constexpr int kBusyTimeoutMs = 5000;

struct Close {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
};
using Handle = std::unique_ptr<sqlite3, Close>;

// "table window" -> its SQL text.
using Schema = std::map<std::string, std::string>;

int collect(void* target, int /*columns*/, char** values, char** /*names*/) {
    auto& schema = *static_cast<Schema*>(target);
    schema[std::string(values[0]) + " " + values[1]] = values[2] == nullptr ? "" : values[2];
    return 0;
}

int take_number(void* target, int /*columns*/, char** values, char** /*names*/) {
    *static_cast<int*>(target) = std::atoi(values[0]);
    return 0;
}

tl::unexpected<cadence::Error> failed(const Handle& handle, const std::string& path) {
    return tl::unexpected(storage_error(sqlite3_extended_errcode(handle.get()), path));
}

Result<Schema> load_schema(const Handle& handle, const std::string& path) {
    Schema schema;
    const int code = sqlite3_exec(handle.get(), "SELECT type, name, sql FROM sqlite_schema",
                                  collect, &schema, nullptr);
    if (code != SQLITE_OK) return failed(handle, path);
    return schema;
}

// With a write-ahead log beside it the file is read under an exclusive lock, which keeps SQLite
// from making or changing the shared index; without one, as a file that nobody changes. Neither
// writes.
Result<Handle> open_untouched(const std::string& path) {
    const bool has_log = size_of_file(path + "-wal") > 0;
    std::string uri = "file:";
    for (const char c : path) {
        if (c == '?' || c == '#' || c == '%') {
            constexpr auto kDigits = "0123456789ABCDEF";
            const auto byte = static_cast<unsigned char>(c);
            uri += {'%', kDigits[byte >> 4U], kDigits[byte & 15U]};
        } else {
            uri += c;
        }
    }
    if (!has_log) uri += "?immutable=1";
    const int flags = SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
                      (has_log ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY);
    sqlite3* raw = nullptr;
    const int code = sqlite3_open_v2(uri.c_str(), &raw, flags, nullptr);
    Handle handle(raw);
    if (code != SQLITE_OK) return tl::unexpected(storage_error(code, path));
    sqlite3_busy_timeout(raw, kBusyTimeoutMs);
    sqlite3_db_config(raw, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    constexpr auto kSettings =
        "PRAGMA locking_mode = EXCLUSIVE; PRAGMA query_only = ON; PRAGMA cell_size_check = ON;"
        "PRAGMA trusted_schema = OFF";
    if (sqlite3_exec(raw, kSettings, nullptr, nullptr, nullptr) != SQLITE_OK) {
        return failed(handle, path);
    }
    return handle;
}

// What the schema of the first `version` migrations is.
Result<Schema> expected_schema(const std::vector<Migration>& migrations, int version) {
    sqlite3* raw = nullptr;
    const int code =
        sqlite3_open_v2(":memory:", &raw, SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY, nullptr);
    Handle handle(raw);
    if (code != SQLITE_OK) return tl::unexpected(storage_error(code, "a database in memory"));
    for (int i = 0; i < version; ++i) {
        const auto& migration = migrations[static_cast<std::size_t>(i)];
        if (sqlite3_exec(raw, migration.sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
            return failed(handle, migration.name);
        }
    }
    return load_schema(handle, "a database in memory");
}

Result<void> compare(const Schema& expected, const Schema& found, const std::string& path) {
    for (const auto& [object, sql] : expected) {
        const auto there = found.find(object);
        if (there != found.end() && there->second == sql) continue;
        const char* const what = there == found.end() ? " is absent" : " is not what it should be";
        return cadence::fail(
            ErrorCode::StorageCorrupt,
            path + ": its schema is damaged: the " + object + what + "; restore it from a backup");
    }
    return {};
}

}  // namespace

Result<void> check_schema(const std::string& path, const std::vector<Migration>& migrations) {
    prepare_sqlite();
    const auto handle = open_untouched(path);
    if (!handle) return tl::unexpected(handle.error());
    int version = 0;
    if (sqlite3_exec(handle->get(), "PRAGMA user_version", take_number, &version, nullptr) !=
        SQLITE_OK) {
        return failed(*handle, path);
    }
    if (version > static_cast<int>(migrations.size())) {
        return cadence::fail(ErrorCode::StorageForeign,
                             path + ": was written by a newer cadenced (schema " +
                                 std::to_string(version) + ", this one knows " +
                                 std::to_string(migrations.size()) + "); install that version");
    }
    const auto found = load_schema(*handle, path);
    if (!found) return tl::unexpected(found.error());
    const auto expected = expected_schema(migrations, version);
    if (!expected) return tl::unexpected(expected.error());
    return compare(*expected, *found, path);
}

}  // namespace ledger
