#include "tests/ledger/stored_copies.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace ledger_test {
namespace {

// In the order in which they refer to each other.
constexpr std::array kTables{"session",     "pause",      "token",   "context_seen",
                             "requirement", "generation", "window",  "delivery",
                             "proof",       "attempt",    "reading", "event"};
// The columns that name a row, by its own id or by another's.
constexpr std::array<std::string_view, 6> kNames{"id",     "session",  "requirement",
                                                 "window", "delivery", "undoes"};

void run(sqlite3* connection, const std::string& sql) {
    if (sqlite3_exec(connection, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK) return;
    throw std::runtime_error(sql + ": " + sqlite3_errmsg(connection));
}

template <class EachRow>
void read(sqlite3* connection, const std::string& sql, const EachRow& each_row) {
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v2(connection, sql.c_str(), -1, &statement, nullptr) != SQLITE_OK) {
        throw std::runtime_error(sql + ": " + sqlite3_errmsg(connection));
    }
    while (sqlite3_step(statement) == SQLITE_ROW) each_row(statement);
    sqlite3_finalize(statement);
}

std::string text(sqlite3_stmt* row, int column) {
    return reinterpret_cast<const char*>(sqlite3_column_text(row, column));
}

// Every row that has a number of its own is copied under a number that much higher each time.
std::int64_t find_stride(sqlite3* connection) {
    std::int64_t stride = 0;
    for (const char* const table : {"pause", "requirement", "window", "delivery", "event"}) {
        read(connection, std::string("SELECT ifnull(max(id), 0) + 1 FROM ") + table,
             [&stride](sqlite3_stmt* row) {
                 stride = std::max<std::int64_t>(stride, sqlite3_column_int64(row, 0));
             });
    }
    return stride;
}

struct Columns {
    std::string names;
    std::string copied;
};

Columns columns_of(sqlite3* connection, const std::string& table, std::int64_t stride) {
    Columns columns;
    read(connection, "SELECT name, type FROM pragma_table_info('" + table + "')",
         [&columns, stride](sqlite3_stmt* row) {
             const std::string name = text(row, 0);
             std::string copied = "one." + name;
             if (std::find(kNames.begin(), kNames.end(), name) != kNames.end()) {
                 copied = text(row, 1) == "TEXT" ? "printf('%07d-', copy.n) || " + copied
                                                 : copied + " + copy.n * " + std::to_string(stride);
             }
             const char* const comma = columns.names.empty() ? "" : ", ";
             columns.names += comma + name;
             columns.copied += comma + copied;
         });
    return columns;
}

}  // namespace

void copy_stored(sqlite3* connection, int copies) {
    const std::int64_t stride = find_stride(connection);
    run(connection, "BEGIN IMMEDIATE");
    run(connection,
        "CREATE TEMP TABLE copy AS WITH RECURSIVE upto(n) AS"
        " (SELECT 1 UNION ALL SELECT n + 1 FROM upto WHERE n < " +
            std::to_string(copies) + ") SELECT n FROM upto");
    for (const std::string table : kTables) {
        const Columns columns = columns_of(connection, table, stride);
        // A table of its own: reading the one that grows, SQLite would keep all of it aside first.
        run(connection, "CREATE TEMP TABLE one AS SELECT * FROM main." + table);
        run(connection, "INSERT INTO main." + table + " (" + columns.names + ") SELECT " +
                            columns.copied + " FROM temp.copy CROSS JOIN temp.one");
        run(connection, "DROP TABLE temp.one");
    }
    run(connection, "DROP TABLE temp.copy");
    run(connection, "COMMIT");
}

}  // namespace ledger_test
