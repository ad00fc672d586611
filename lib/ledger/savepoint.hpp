// A part of a unit of work that can be taken back alone. Used inside a unit of work.
#pragma once

#include "ledger/database.hpp"

namespace ledger {

class Savepoint {
  public:
    explicit Savepoint(Database& database) : database_(database) {
        database_.execute("SAVEPOINT part");
    }
    Savepoint(const Savepoint&) = delete;
    Savepoint& operator=(const Savepoint&) = delete;
    // What was neither kept nor undone dies with the unit, which an exception ends.
    ~Savepoint() = default;

    void keep() { database_.execute("RELEASE part"); }
    void undo() {
        database_.execute("ROLLBACK TO part");
        database_.execute("RELEASE part");
    }

  private:
    Database& database_;
};

}  // namespace ledger
