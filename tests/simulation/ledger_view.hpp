// The ledger's rows as anybody with an SQL shell would see them: plain questions on the writer's
// own connection, between two units of work. Knows nothing of the ledger's code.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cadence/time.hpp"

namespace simulation {

// One answer, row by row.
class Rows {
  public:
    Rows(sqlite3* database, const std::string& sql, std::int64_t parameter = 0);
    ~Rows();
    Rows(const Rows&) = delete;
    Rows& operator=(const Rows&) = delete;

    [[nodiscard]] bool next();
    [[nodiscard]] std::int64_t number(int column) const;
    [[nodiscard]] std::string text(int column) const;
    [[nodiscard]] bool null(int column) const;
    [[nodiscard]] cadence::Instant instant(int column) const {
        return cadence::from_ms(number(column));
    }

  private:
    std::string sql_;
    sqlite3_stmt* statement_{nullptr};
};

// Before the connection that was asked is closed.
void forget_questions();

// A window and the rules that it is judged by.
struct WindowSeen {
    std::int64_t id{0};
    std::string session;
    std::string metric;
    std::string key;
    cadence::Instant start;
    cadence::Instant end;
    cadence::Duration grace{0};
    std::int64_t required{1};
    std::string owner;
    std::string late_proof;
    std::string verdict;
    std::string punishment;  // the generation's
    std::int64_t seconds{0};
    std::string zone;      // of all of the lock session's windows; empty: they have several
    bool assumes{false};   // that a punishment of unknown outcome was applied
    bool followed{false};  // the lock session follows the platform's own requirement
};

// Of a delivery.
[[nodiscard]] std::optional<WindowSeen> find_window_of(sqlite3* database, std::int64_t delivery);

}  // namespace simulation
