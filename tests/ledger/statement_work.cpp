#include "tests/ledger/statement_work.hpp"

#include <stdexcept>
#include <utility>

namespace ledger_test {

// Kept statements remember what they cost before anybody counted.
WorkMeter::WorkMeter(sqlite3* connection) : connection_(connection), pages_before_(pages()) {
    sqlite3_stmt* kept = nullptr;
    while ((kept = sqlite3_next_stmt(connection_, kept)) != nullptr) {
        for (const int counter : {SQLITE_STMTSTATUS_VM_STEP, SQLITE_STMTSTATUS_FULLSCAN_STEP,
                                  SQLITE_STMTSTATUS_SORT, SQLITE_STMTSTATUS_AUTOINDEX}) {
            static_cast<void>(sqlite3_stmt_status(kept, counter, 1));
        }
    }
    sqlite3_trace_v2(connection_, SQLITE_TRACE_PROFILE, &WorkMeter::ended, this);
}

WorkMeter::~WorkMeter() { sqlite3_trace_v2(connection_, 0, nullptr, nullptr); }

StatementWork WorkMeter::take() {
    work_.pages = pages() - std::exchange(pages_before_, pages());
    return std::exchange(work_, {});
}

int WorkMeter::ended(unsigned /*event*/, void* self, void* statement, void* /*duration*/) {
    auto& work = static_cast<WorkMeter*>(self)->work_;
    auto* const ended = static_cast<sqlite3_stmt*>(statement);
    const auto count = [ended](int counter) { return sqlite3_stmt_status(ended, counter, 1); };
    const auto steps = count(SQLITE_STMTSTATUS_VM_STEP);
    work.steps += steps;
    work.scan_steps += count(SQLITE_STMTSTATUS_FULLSCAN_STEP);
    work.sorts += count(SQLITE_STMTSTATUS_SORT);
    work.auto_indexes += count(SQLITE_STMTSTATUS_AUTOINDEX);
    work.statements[sqlite3_sql(ended)] += steps;
    return 0;
}

std::int64_t WorkMeter::pages() const {
    int hits = 0;
    int misses = 0;
    int highest = 0;
    sqlite3_db_status(connection_, SQLITE_DBSTATUS_CACHE_HIT, &hits, &highest, 0);
    sqlite3_db_status(connection_, SQLITE_DBSTATUS_CACHE_MISS, &misses, &highest, 0);
    return std::int64_t{hits} + misses;
}

std::string plan_of(sqlite3* connection, const std::string& sql) {
    sqlite3_stmt* statement = nullptr;
    const std::string explained = "EXPLAIN QUERY PLAN " + sql;
    if (sqlite3_prepare_v2(connection, explained.c_str(), -1, &statement, nullptr) != SQLITE_OK) {
        throw std::runtime_error(explained + ": " + sqlite3_errmsg(connection));
    }
    std::string plan;
    while (sqlite3_step(statement) == SQLITE_ROW) {
        plan += reinterpret_cast<const char*>(sqlite3_column_text(statement, 3));
        plan += '\n';
    }
    sqlite3_finalize(statement);
    return plan;
}

}  // namespace ledger_test
