// Kernels report a failed sync once, and count as clean from then on what they could not write. A
// checkpoint does not write again what an earlier one, which a reader held up half-way, has
// written.
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <fstream>
#include <optional>

#include "ledger/store.hpp"
#include "ledger/writer.hpp"
#include "tests/ledger/faulty_disk.hpp"
#include "tests/ledger/temp_directory.hpp"

namespace ledger_test {
namespace {

using ledger::Access;
using ledger::Database;

std::string told_by(Database& database, const std::string& sql) {
    auto row = database.query(sql);
    return row.step() ? row.text(0) : std::string{};
}

// A ledger's writer on a faulty disk, with checkpoints at every commit.
class CheckpointFaults : public testing::Test {
  protected:
    CheckpointFaults() {
        auto opened = ledger::open_ledger(path_);
        if (!opened) throw std::runtime_error(opened.error().detail);
        opened->database.execute_script(
            "PRAGMA wal_autocheckpoint = 1;"
            "CREATE TABLE early (text); CREATE TABLE late (text);");
        writer_.emplace(std::move(opened->database), loop_.get_executor(),
                        [this](cadence::Error error) { fatal_ = std::move(error); });
    }

    // Whether it was acknowledged.
    bool write(const std::string& table) {
        std::optional<cadence::Result<void>> outcome;
        auto task = writer_->run<void>([table](Database& database) -> cadence::Result<void> {
            database.execute("INSERT INTO " + table + " VALUES (hex(zeroblob(9000)))");
            return {};
        });
        boost::asio::co_spawn(loop_, std::move(task),
                              [&outcome](const std::exception_ptr&, cadence::Result<void> value) {
                                  outcome = std::move(value);
                              });
        loop_.restart();
        loop_.run();
        return outcome && outcome->has_value();
    }

    // What the next daemon finds, if the power fails now.
    Database after_power_cut() {
        const auto files = disk_.after_power_cut();
        writer_.reset();
        const auto copy = directory_.path("after.db");
        for (const auto& [path, content] : files) {
            std::ofstream(copy + path.substr(path_.size()), std::ios::binary) << content;
        }
        return *Database::open(copy, Access::Writer);
    }

    TempDirectory directory_;
    std::string path_ = directory_.path("ledger.db");
    FaultyDisk disk_;
    boost::asio::io_context loop_;
    std::optional<cadence::Error> fatal_;
    std::optional<ledger::Writer> writer_;
};

TEST_F(CheckpointFaults, SyncThatFailsAfterAHalfCheckpoint_StopsTheDaemonAndLosesNothing) {
    auto reader = Database::open(path_, Access::Reader);
    ASSERT_TRUE(reader);
    const auto look = [&reader] {
        reader->execute_script("BEGIN");
        static_cast<void>(told_by(*reader, "SELECT count(*) FROM early"));
    };
    look();
    ASSERT_TRUE(write("early"));  // stays in the log
    reader->execute_script("COMMIT");
    look();
    int acknowledged = write("late") ? 1 : 0;  // now the checkpoint comes as far as that, unsynced
    reader->execute_script("COMMIT");
    disk_.choose(FaultyDisk::Calls::OfDatabase);
    disk_.arm(FaultyDisk::Fault::SyncForgets, 1, false);
    for (int i = 0; i < 5; ++i) acknowledged += write("late") ? 1 : 0;
    ASSERT_TRUE(disk_.struck());
    EXPECT_TRUE(fatal_) << "only a new start writes all of the log again";

    auto database = after_power_cut();
    EXPECT_EQ(told_by(database, "PRAGMA integrity_check"), "ok");
    EXPECT_EQ(told_by(database, "SELECT count(*) FROM early"), "1");
    EXPECT_EQ(told_by(database, "SELECT count(*) FROM late"), std::to_string(acknowledged));
}

// Checkpoints alone write to the database itself: the commits succeed.
TEST_F(CheckpointFaults, DatabaseWithoutRoom_IsUnhealthyUntilACheckpointSucceeds) {
    disk_.choose(FaultyDisk::Calls::OfDatabase);
    for (const auto fault : {FaultyDisk::Fault::Full, FaultyDisk::Fault::WriteFails}) {
        disk_.arm(fault, 1, true);
        EXPECT_TRUE(write("early"));
        EXPECT_TRUE(write("early"));
        ASSERT_TRUE(disk_.struck());
        const auto health = writer_->health();
        ASSERT_FALSE(health.checkpointed) << "the log grows and nobody is told";
        EXPECT_TRUE(health.committed) << "what was handed in is kept";
        EXPECT_EQ(health.checkpointed.error().code, cadence::ErrorCode::StorageBusy);
        disk_.heal();
        EXPECT_TRUE(write("early"));
        EXPECT_TRUE(writer_->health().checkpointed);
    }
    EXPECT_FALSE(fatal_);
}

TEST_F(CheckpointFaults, DamageThatACheckpointFinds_StopsTheDaemon) {
    disk_.choose(FaultyDisk::Calls::OfDatabase);
    disk_.arm(FaultyDisk::Fault::Damaged, 1, false);
    EXPECT_TRUE(write("early"));
    ASSERT_TRUE(fatal_);
    EXPECT_EQ(fatal_->code, cadence::ErrorCode::StorageCorrupt);
}

}  // namespace
}  // namespace ledger_test
