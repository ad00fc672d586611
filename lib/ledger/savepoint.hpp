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

// `work` returns a Result. One row's trouble is its own: what it began is taken back where the
// database refuses it, and the others go on. Not so a full or damaged disk, which is everybody's
// and throws. What was done before an error that `work` returns stays: it is sound.
template <class Work>
auto apart(Database& database, const Work& work) -> decltype(work()) {
    Savepoint part(database);
    try {
        auto result = work();
        part.keep();
        return result;
    } catch (const StorageFailure& failure) {
        if (failure.error().code != cadence::ErrorCode::Internal) throw;
        part.undo();
        return tl::unexpected<cadence::Error>(failure.error());
    }
}

}  // namespace ledger
