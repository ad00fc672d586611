#include "ledger/migrations.hpp"

namespace ledger {
namespace {

cadence::Result<void> take(Database& database, const Migration& migration, int number) {
    database.execute("BEGIN IMMEDIATE");
    try {
        database.execute_script(migration.sql);
        database.execute_script("PRAGMA user_version = " + std::to_string(number));
        database.execute("COMMIT");
    } catch (const StorageFailure& failure) {
        if (sqlite3_get_autocommit(database.handle()) == 0) database.execute("ROLLBACK");
        return cadence::fail(failure.error().code,
                             "migration " + migration.name + ": " + failure.error().detail);
    }
    if (user_version_of(database) == number) return {};
    return cadence::fail(cadence::ErrorCode::StorageCorrupt,
                         "migration " + migration.name + " did not leave its number");
}

}  // namespace

int user_version_of(Database& database) {
    auto query = database.query("PRAGMA user_version");
    return query.step() ? static_cast<int>(query.integer(0)) : 0;
}

cadence::Result<void> migrate(Database& database, const std::vector<Migration>& migrations) {
    const auto taken = static_cast<std::size_t>(user_version_of(database));
    for (std::size_t i = taken; i < migrations.size(); ++i) {
        auto done = take(database, migrations[i], static_cast<int>(i + 1));
        if (!done) return done;
    }
    return {};
}

}  // namespace ledger
