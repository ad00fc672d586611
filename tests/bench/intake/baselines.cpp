#include "tests/bench/intake/baselines.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <chrono>
#include <stdexcept>
#include <string>

#include "tests/bench/intake/load.hpp"

namespace bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kShape = R"(
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
CREATE TABLE proof (
    id TEXT NOT NULL PRIMARY KEY, requirement INTEGER NOT NULL, window INTEGER NOT NULL,
    delivery INTEGER, amount INTEGER NOT NULL, given_happened_at_ms INTEGER,
    happened_at_ms INTEGER NOT NULL, received_at_ms INTEGER NOT NULL, counted INTEGER NOT NULL,
    reason TEXT NOT NULL DEFAULT '') STRICT, WITHOUT ROWID;
CREATE INDEX proof_window ON proof (window);
)";

void require(int code, sqlite3* database) {
    if (code == SQLITE_OK || code == SQLITE_DONE) return;
    throw std::runtime_error(sqlite3_errmsg(database));
}

void run(sqlite3* database, const char* sql) {
    require(sqlite3_exec(database, sql, nullptr, nullptr, nullptr), database);
}

void insert(sqlite3* database, sqlite3_stmt* statement, int number) {
    const std::string id = "proof-" + std::to_string(10'000'000 + number);
    sqlite3_bind_text(statement, 1, id.data(), static_cast<int>(id.size()), SQLITE_TRANSIENT);
    sqlite3_bind_int64(statement, 2, number % 1'000);
    sqlite3_bind_int64(statement, 3, 1'784'000'000'000 + number);
    require(sqlite3_step(statement), database);
    sqlite3_reset(statement);
}

}  // namespace

double raw_syncs(const std::filesystem::path& dir) {
    const std::string block(4096, 'x');
    const int file = ::open((dir / "raw").c_str(), O_CREAT | O_WRONLY | O_APPEND, 0600);
    const auto begin = Clock::now();
    int syncs = 0;
    for (; seconds_since(begin) < 1; ++syncs) {
        const bool written = ::write(file, block.data(), block.size()) == 4096;
        if (!written || ::fdatasync(file) != 0) throw std::runtime_error("cannot write a file");
    }
    const double took = seconds_since(begin);
    ::close(file);
    return syncs / took;
}

double sqlite_rows(const std::filesystem::path& dir, int rows) {
    sqlite3* database = nullptr;
    require(sqlite3_open((dir / "alone.db").c_str(), &database), database);
    run(database, kShape);
    sqlite3_stmt* statement = nullptr;
    require(sqlite3_prepare_v2(database,
                               "INSERT INTO proof VALUES (?1, ?2, ?2, ?2, 1, ?3, ?3, ?3, 1, '')",
                               -1, &statement, nullptr),
            database);
    const auto begin = Clock::now();
    for (int number = 0; number < rows; ++number) {
        if (number % 1'000 == 0) run(database, number == 0 ? "BEGIN" : "COMMIT; BEGIN");
        insert(database, statement, number);
    }
    run(database, "COMMIT");
    const double took = seconds_since(begin);
    sqlite3_finalize(statement);
    sqlite3_close(database);
    return rows / took;
}

}  // namespace bench
