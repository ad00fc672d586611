#include "ledger/store.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/ledger/temp_directory.hpp"

namespace ledger_test {
namespace {

using cadence::ErrorCode;
using ledger::Database;
using ledger::Migration;
using ledger::open_ledger;
using ledger::StorageFailure;

void execute_raw(const std::string& path, const std::string& sql) {
    sqlite3* handle = nullptr;
    ASSERT_EQ(sqlite3_open(path.c_str(), &handle), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
        << sqlite3_errmsg(handle);
    sqlite3_close(handle);
}

std::string first_text(Database& database, const std::string& sql) {
    auto row = database.query(sql);
    return row.step() ? row.text(0) : std::string{"no row"};
}

constexpr auto kOneDelivery = R"(
INSERT INTO session (id, platform, state, enrolled_by, created_at_ms)
    VALUES ('s', 'chastify', 'active', 'operator', 1);
INSERT INTO requirement (id, session, metric, enabled, active_from_ms, enrolled_at_ms, punish_past)
    VALUES (1, 's', 'm', 1, 1, 1, 0);
INSERT INTO generation VALUES (1, 1, 'UTC', 'day', 1, 1, '2026-01-01', 1, 'none', 0, '', 'auto',
    'grace', 'all', 'count', 0, 'm', 'hold', 'resend', 1);
INSERT INTO window (id, requirement, generation, idx, start_at_ms, end_at_ms, local_start,
    local_end, zone, zone_version, first, past, judge_at_ms)
    VALUES (1, 1, 1, 0, 1, 2, 'a', 'b', 'UTC', 'v', 0, 0, 3);
INSERT INTO delivery (session, requirement, window, window_start_ms, kind, ordinal, state, write,
    amount, proofs, created_at_ms, updated_at_ms)
    VALUES ('s', 1, 1, 1, 'progress', 1, 'waiting', 'progress', 2, 2, 20, 99);
)";

class StoreTest : public ::testing::Test {
  protected:
    void make_ledger() {
        const auto made = open_ledger(path);
        ASSERT_TRUE(made) << made.error().detail;
    }

    // Refused with `code`, saying `word`, and not a byte of the directory has changed.
    void expect_refused(ErrorCode code, const std::string& word) {
        const auto before = directory.contents();
        const auto opened = open_ledger(path);
        ASSERT_FALSE(opened);
        EXPECT_EQ(opened.error().code, code) << opened.error().detail;
        EXPECT_NE(opened.error().detail.find(word), std::string::npos) << opened.error().detail;
        EXPECT_NE(opened.error().detail.find(path), std::string::npos) << opened.error().detail;
        EXPECT_TRUE(directory.contents() == before) << "the refused file was touched";
    }

    TempDirectory directory;
    const std::string path = directory.path("ledger.db");
};

TEST_F(StoreTest, AbsentFile_BecomesALedgerOfOurs) {
    const auto opened = open_ledger(path);
    ASSERT_TRUE(opened) << opened.error().detail;
    EXPECT_TRUE(opened->created);
    struct stat status {};
    ASSERT_EQ(stat(path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
    EXPECT_EQ(directory.contents().count("ledger.db.new"), 0U);
}

TEST_F(StoreTest, EmptyFile_BecomesALedgerOfOurs) {
    write_file(path, "");
    const auto opened = open_ledger(path);
    ASSERT_TRUE(opened) << opened.error().detail;
    EXPECT_TRUE(opened->created);
}

TEST_F(StoreTest, Reopened_IsTheSameLedger) {
    make_ledger();
    auto opened = open_ledger(path);
    ASSERT_TRUE(opened) << opened.error().detail;
    EXPECT_FALSE(opened->created);
    EXPECT_FALSE(opened->was_clean);
    auto epoch = opened->database.query("SELECT length(value) FROM meta WHERE key = 'epoch'");
    ASSERT_TRUE(epoch.step());
    EXPECT_EQ(epoch.integer(0), 32);
}

TEST_F(StoreTest, CleanStop_IsKnownAtTheNextStartOnly) {
    {
        auto opened = open_ledger(path);
        ASSERT_TRUE(opened);
        ledger::mark_clean_stop(opened->database, cadence::from_ms(1));
    }
    EXPECT_TRUE(open_ledger(path)->was_clean);
    EXPECT_FALSE(open_ledger(path)->was_clean);
}

TEST_F(StoreTest, NoDatabase_IsForeign) {
    write_file(path, "Dear diary, today nothing happened.");
    expect_refused(ErrorCode::StorageForeign, "not a database");
}

TEST_F(StoreTest, AnotherProgramsDatabase_IsForeign) {
    execute_raw(path, "CREATE TABLE song (title TEXT); PRAGMA application_id = 42");
    expect_refused(ErrorCode::StorageForeign, "another program");
}

TEST_F(StoreTest, AnotherProgramsDatabaseInUse_IsForeign) {
    sqlite3* handle = nullptr;
    ASSERT_EQ(sqlite3_open(path.c_str(), &handle), SQLITE_OK);
    sqlite3_exec(handle, "PRAGMA journal_mode = WAL; CREATE TABLE song (title TEXT)", nullptr,
                 nullptr, nullptr);
    expect_refused(ErrorCode::StorageForeign, "another program");
    sqlite3_close(handle);
}

TEST_F(StoreTest, NewerSchema_IsForeign) {
    make_ledger();
    execute_raw(path, "PRAGMA user_version = 99");
    expect_refused(ErrorCode::StorageForeign, "newer cadenced");
}

// The version may be in the log alone: a newer daemon was killed before its checkpoint.
TEST_F(StoreTest, NewerSchemaInTheLogOnly_IsForeign) {
    make_ledger();
    TempDirectory aside;
    {
        auto opened = open_ledger(path);
        ASSERT_TRUE(opened);
        opened->database.execute_script("PRAGMA user_version = 99");
        for (const auto& [name, bytes] : directory.contents()) write_file(aside.path(name), bytes);
    }
    for (const auto& [name, bytes] : aside.contents()) write_file(directory.path(name), bytes);
    ASSERT_GT(directory.contents().at("ledger.db-wal").size(), 0U);
    expect_refused(ErrorCode::StorageForeign, "newer cadenced");
    std::filesystem::remove(directory.path("ledger.db-shm"));
    expect_refused(ErrorCode::StorageForeign, "newer cadenced");
}

TEST_F(StoreTest, LogOfAKilledDaemon_IsTakenUp) {
    make_ledger();
    TempDirectory aside;
    {
        auto opened = open_ledger(path);
        ASSERT_TRUE(opened);
        opened->database.execute("INSERT INTO meta (key, value) VALUES ('kept', 'yes')");
        for (const auto& [name, bytes] : directory.contents()) write_file(aside.path(name), bytes);
    }
    for (const auto& [name, bytes] : aside.contents()) write_file(directory.path(name), bytes);
    auto opened = open_ledger(path);
    ASSERT_TRUE(opened) << opened.error().detail;
    auto kept = opened->database.query("SELECT value FROM meta WHERE key = 'kept'");
    EXPECT_TRUE(kept.step());
}

TEST_F(StoreTest, CutFile_IsCorrupt) {
    make_ledger();
    const std::string whole = read_file(path);
    for (const std::size_t size : {std::size_t{20}, std::size_t{99}, std::size_t{100},
                                   std::size_t{4096}, whole.size() - 4096, whole.size() - 1}) {
        write_file(path, whole.substr(0, size));
        expect_refused(ErrorCode::StorageCorrupt, "backup");
    }
}

TEST_F(StoreTest, GarbageBehindAGoodHeader_IsCorrupt) {
    make_ledger();
    std::string bytes = read_file(path);
    for (std::size_t i = 100; i < 4096; ++i) bytes[i] = static_cast<char>(i * 31);
    write_file(path, bytes);
    expect_refused(ErrorCode::StorageCorrupt, "backup");
}

TEST_F(StoreTest, PageSizeThatIsNone_IsCorrupt) {
    make_ledger();
    std::string bytes = read_file(path);
    bytes[16] = 3;
    write_file(path, bytes);
    expect_refused(ErrorCode::StorageCorrupt, "header");
}

TEST_F(StoreTest, AbsentTrigger_IsCorruptAndNamed) {
    make_ledger();
    execute_raw(path, "DROP TRIGGER window_judged");
    expect_refused(ErrorCode::StorageCorrupt, "trigger window_judged is absent");
}

TEST_F(StoreTest, AbsentUniqueIndex_IsCorruptAndNamed) {
    make_ledger();
    execute_raw(path, "DROP INDEX delivery_once");
    expect_refused(ErrorCode::StorageCorrupt, "index delivery_once is absent");
}

TEST_F(StoreTest, IndexThatIsNotUniqueAnyMore_IsCorruptAndNamed) {
    make_ledger();
    execute_raw(path,
                "DROP INDEX delivery_once; CREATE INDEX delivery_once ON delivery (window, kind)");
    expect_refused(ErrorCode::StorageCorrupt, "index delivery_once is not what it should be");
}

TEST_F(StoreTest, AbsentTable_IsCorruptAndNamed) {
    make_ledger();
    execute_raw(path, "DROP TABLE heartbeat");
    expect_refused(ErrorCode::StorageCorrupt, "table heartbeat is absent");
}

TEST_F(StoreTest, LogWithoutItsDatabase_IsCorrupt) {
    write_file(path + "-wal", "something");
    expect_refused(ErrorCode::StorageCorrupt, "write-ahead log");
}

TEST_F(StoreTest, AbsentDirectory_CannotCreateIt) {
    const auto opened = open_ledger(directory.path("nowhere/ledger.db"));
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, ErrorCode::CannotCreate);
}

TEST_F(StoreTest, Directory_IsNoDatabase) {
    std::filesystem::create_directory(path);
    const auto opened = open_ledger(path);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, ErrorCode::Configuration) << opened.error().detail;
}

TEST_F(StoreTest, OlderSchema_IsBroughtUpToDate) {
    make_ledger();
    auto steps = ledger::embedded_migrations();
    steps.push_back({"0099_more", "CREATE TABLE more (id INTEGER PRIMARY KEY) STRICT"});
    auto opened = open_ledger(path, steps);
    ASSERT_TRUE(opened) << opened.error().detail;
    EXPECT_EQ(ledger::user_version_of(opened->database), static_cast<int>(steps.size()));
    opened->database.execute("INSERT INTO more (id) VALUES (1)");
}

// 0004 changes the text of two tables beneath their rows.
TEST_F(StoreTest, TextsChangedByAMigration_JudgeAtOnceAndLeaveTheRows) {
    auto before = ledger::embedded_migrations();
    before.resize(3);
    {
        auto old = open_ledger(path, before);
        ASSERT_TRUE(old) << old.error().detail;
        old->database.execute_script(kOneDelivery);
    }
    for (const char* const opening : {"the first", "the second"}) {
        auto opened = open_ledger(path);
        ASSERT_TRUE(opened) << opening << ": " << opened.error().detail;
        Database& database = opened->database;
        EXPECT_THROW(database.execute("UPDATE delivery SET state = 'lost'"), StorageFailure);
        EXPECT_THROW(database.execute("UPDATE window SET fixed = 'lost'"), StorageFailure);
        for (const char* const state : {"waiting", "queued", "inFlight", "unknown", "held",
                                        "rejected", "waived", "applied"}) {
            EXPECT_NO_THROW(database.execute("UPDATE delivery SET state = ?1", state)) << state;
        }
        EXPECT_NO_THROW(database.execute("UPDATE window SET fixed = 'too_old'"));
        EXPECT_EQ(first_text(database, "PRAGMA integrity_check"), "ok");
        EXPECT_EQ(first_text(database, "SELECT count(*) FROM pragma_foreign_key_check"), "0");
        EXPECT_EQ(first_text(database, "SELECT value FROM counter WHERE name = 'proof.submitted'"),
                  "2");
        EXPECT_EQ(first_text(database,
                             "SELECT count(*) FROM sqlite_schema WHERE name IN ('delivery',"
                             " 'window') AND sql LIKE '%IN (''%'"),
                  "0");
    }
}

TEST_F(StoreTest, SchemaOfAnOpenLedger_CannotBeWritten) {
    make_ledger();
    auto opened = open_ledger(path);
    ASSERT_TRUE(opened) << opened.error().detail;
    opened->database.execute_script("PRAGMA writable_schema = ON");
    EXPECT_THROW(opened->database.execute("UPDATE sqlite_schema SET sql = sql"), StorageFailure);
}

TEST_F(StoreTest, MigrationThatFails_LeavesTheOldVersion) {
    make_ledger();
    auto steps = ledger::embedded_migrations();
    const std::size_t known = steps.size();
    steps.push_back({"0099_wrong", "CREATE TABLE half (id INTEGER); CREATE TABLE meta (x)"});
    const auto opened = open_ledger(path, steps);
    ASSERT_FALSE(opened);
    EXPECT_NE(opened.error().detail.find("0099_wrong"), std::string::npos);
    auto again = open_ledger(path);
    ASSERT_TRUE(again) << again.error().detail;
    EXPECT_EQ(ledger::user_version_of(again->database), static_cast<int>(known));
}

TEST_F(StoreTest, QuickCheck_FindsWhatTheSchemaDoesNotShow) {
    make_ledger();
    EXPECT_TRUE(ledger::quick_check(path));
    std::string bytes = read_file(path);
    for (std::size_t i = bytes.size() - 4096; i < bytes.size(); ++i) bytes[i] = '\x5a';
    write_file(path, bytes);
    const auto checked = ledger::quick_check(path);
    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error().code, ErrorCode::StorageCorrupt);
}

TEST_F(StoreTest, WipedSecret_LeavesNoTraceInAnyFile) {
    {
        auto opened = open_ledger(path);
        ASSERT_TRUE(opened);
        opened->database.execute("INSERT INTO meta (key, value) VALUES ('s', 'hush-hush-hush')");
        opened->database.execute("DELETE FROM meta WHERE key = 's'");
    }
    for (const auto& [name, bytes] : directory.contents()) {
        EXPECT_EQ(bytes.find("hush-hush"), std::string::npos) << name;
    }
}

}  // namespace
}  // namespace ledger_test
