#include "ledger/migrations.hpp"

namespace ledger {
namespace {

// Lets a migration change the schema's text; what came of it is judged by schema_check whenever the
// file is opened.
class DefensiveOff {
  public:
    explicit DefensiveOff(Database& database) : handle_(database.handle()) { set(0); }
    ~DefensiveOff() { set(1); }
    DefensiveOff(const DefensiveOff&) = delete;
    DefensiveOff& operator=(const DefensiveOff&) = delete;

  private:
    void set(int on) { sqlite3_db_config(handle_, SQLITE_DBCONFIG_DEFENSIVE, on, nullptr); }

    sqlite3* handle_;
};

cadence::Result<void> take(Database& database, const Migration& migration, int number) {
    const DefensiveOff defensive_off(database);
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
