#include "ledger/database.hpp"

#include "ledger/storage_error.hpp"

namespace ledger {
namespace {

using cadence::ErrorCode;
using cadence::Result;

constexpr int kBusyTimeoutMs = 5000;

struct Pragma {
    const char* name;
    const char* value;
    const char* reads_back;
};

constexpr Pragma kCommon[] = {
    {"foreign_keys", "ON", "1"},
    {"trusted_schema", "OFF", "0"},
    {"cell_size_check", "ON", "1"},
    {"mmap_size", "0", "0"},
};

// The journals of statements and savepoints, which serve no recovery, stay in memory: in their
// files they were nine writes of ten. The cache holds what a large unit of work touches.
constexpr Pragma kWriter[] = {
    {"temp_store", "MEMORY", "2"},
    {"cache_size", "-4000", "-4000"},
    {"journal_mode", "WAL", "wal"},
    {"synchronous", "FULL", "2"},
    {"secure_delete", "ON", "1"},
    // A checkpoint costs three fsyncs: pages of 16 MB share them.
    {"wal_autocheckpoint", "4000", "4000"},
    {"journal_size_limit", "67108864", "67108864"},
};

constexpr Pragma kReader[] = {
    {"query_only", "ON", "1"},
    {"wal_autocheckpoint", "0", "0"},
};

std::string read_pragma(Database& database, const std::string& statement) {
    auto query = database.query(statement);
    return query.step() ? query.text(0) : std::string{};
}

// Sets it and reads it back: SQLite ignores what it does not know or cannot do.
Result<void> apply(Database& database, const Pragma& pragma, const std::string& path) {
    const std::string name = std::string("PRAGMA ") + pragma.name;
    read_pragma(database, name + " = " + pragma.value);
    const std::string found = read_pragma(database, name);
    // SQLite built without mmap answers with no row at all.
    if (found == pragma.reads_back || (found.empty() && name == "PRAGMA mmap_size")) return {};
    return cadence::fail(ErrorCode::Configuration,
                         path + ": " + name + " reads back as '" + found + "', not '" +
                             pragma.reads_back + "'; check the file system and the SQLite library");
}

template <std::size_t N>
Result<void> apply_all(Database& database, const Pragma (&pragmas)[N], const std::string& path) {
    for (const Pragma& pragma : pragmas) {
        auto applied = apply(database, pragma, path);
        if (!applied) return applied;
    }
    return {};
}

Result<void> configure(Database& database, const std::string& path, Access access) {
    sqlite3* const handle = database.handle();
    sqlite3_extended_result_codes(handle, 1);
    sqlite3_busy_timeout(handle, kBusyTimeoutMs);
    if (sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr) != SQLITE_OK) {
        return cadence::fail(ErrorCode::Configuration, path + ": SQLite has no defensive mode");
    }
    // Without it SQLite looks at bound values to see whether a partial index might serve, and
    // therefore prepares such a statement anew whenever it is bound.
    sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_QPSG, 1, nullptr);
    if (auto common = apply_all(database, kCommon, path); !common) return common;
    if (access == Access::Writer) return apply_all(database, kWriter, path);
    // Checkpoints are the writer's alone, also the one that closing would make.
    sqlite3_db_config(handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    return apply_all(database, kReader, path);
}

}  // namespace

void prepare_sqlite() {
    // Counting its memory, SQLite takes one lock of all threads at every allocation.
    static const int prepared = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    static_cast<void>(
        prepared);  // refused where SQLite is in use already: then it goes on counting
}

StorageFailure::StorageFailure(cadence::Error error)
    : std::runtime_error(error.detail), error_(std::move(error)) {}

void Database::Close::operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }

void Database::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

Result<Database> Database::open(const std::string& path, Access access) {
    const int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
                      (access == Access::Writer ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY);
    prepare_sqlite();
    sqlite3* handle = nullptr;
    const int opened = sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
    Database database(handle);
    if (opened != SQLITE_OK) return tl::unexpected(storage_error(opened, path));
    try {
        auto configured = configure(database, path, access);
        if (!configured) return tl::unexpected(configured.error());
    } catch (const StorageFailure& failure) {
        return cadence::fail(failure.error().code, path + ": " + failure.error().detail);
    }
    return database;
}

Query Database::query(std::string_view sql) {
    const auto known = statements_.find(sql);
    auto& kept = known != statements_.end() ? known->second : statements_[std::string(sql)];
    if (!kept) {
        sqlite3_stmt* statement = nullptr;
        const int code = sqlite3_prepare_v3(handle_.get(), sql.data(), static_cast<int>(sql.size()),
                                            SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
        if (code != SQLITE_OK) {
            const std::string why = sqlite3_errmsg(handle_.get());
            throw StorageFailure(storage_error(code, std::string(sql) + ": " + why));
        }
        kept.reset(statement);
    }
    if (sqlite3_stmt_busy(kept.get()) != 0) {
        throw StorageFailure({ErrorCode::Internal, "used within itself: " + std::string(sql), {}});
    }
    return Query(kept.get());
}

void Database::execute_script(const std::string& sql) {
    const int code = sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr);
    if (code == SQLITE_OK) return;
    throw StorageFailure(storage_error(code, sqlite3_errmsg(handle_.get())));
}

std::int64_t Database::last_insert_id() const { return sqlite3_last_insert_rowid(handle_.get()); }

}  // namespace ledger
