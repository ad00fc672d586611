// What the statements of one connection cost SQLite, counted and not timed: the same on every
// machine. A row that a statement looks at costs it at least one step of its program, so steps that
// stay the same while the tables grow prove that only what is due is touched.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <map>
#include <string>

namespace ledger_test {

struct StatementWork {
    std::int64_t steps{0};       // of SQLite's virtual machine
    std::int64_t scan_steps{0};  // rows passed by in scans of a whole table or index
    std::int64_t sorts{0};
    std::int64_t auto_indexes{0};  // rows put into an index that SQLite made for one statement
    std::int64_t pages{0};         // looked at: grows with a tree's depth, so with its logarithm
    std::map<std::string, std::int64_t> statements;  // the steps of each, by its text
};

// Counts from its construction on. `connection` outlives it and has no other tracer.
class WorkMeter {
  public:
    explicit WorkMeter(sqlite3* connection);
    ~WorkMeter();
    WorkMeter(const WorkMeter&) = delete;
    WorkMeter& operator=(const WorkMeter&) = delete;

    // Everything since the construction or the last call.
    [[nodiscard]] StatementWork take();

  private:
    static int ended(unsigned event, void* self, void* statement, void* duration);
    [[nodiscard]] std::int64_t pages() const;

    sqlite3* connection_;
    std::int64_t pages_before_;
    StatementWork work_;
};

// What EXPLAIN QUERY PLAN says of `sql`, a line a step.
[[nodiscard]] std::string plan_of(sqlite3* connection, const std::string& sql);

}  // namespace ledger_test
