#include "ledger/writer.hpp"

#include <boost/asio/post.hpp>
#include <latch>

#include "tests/ledger/ledger_fixture.hpp"

namespace ledger_test {
namespace {

using cadence::ErrorCode;
using cadence::Result;
using ledger::Database;
using Room = ledger::Writer::Room;

class WriterTest : public LedgerTest {
  protected:
    // Starts all units before the first can have been committed, and waits for all of them.
    std::vector<Result<void>> run_together(
        const std::vector<std::function<Result<void>(Database&)>>& units) {
        std::vector<Result<void>> outcomes(units.size());
        spawn(units, outcomes);
        loop.restart();
        loop.run();
        return outcomes;
    }

    void spawn(const std::vector<std::function<Result<void>(Database&)>>& units,
               std::vector<Result<void>>& outcomes) {
        for (std::size_t i = 0; i < units.size(); ++i) {
            boost::asio::co_spawn(
                loop, writer->run<void>(units[i]),
                [&outcomes, i](const std::exception_ptr& failure, Result<void> outcome) {
                    if (failure) std::rethrow_exception(failure);
                    outcomes[i] = std::move(outcome);
                });
        }
    }

    // As above, and all of them in one group: the writer is held up in an earlier group of one
    // until they wait.
    std::vector<Result<void>> run_as_one_group(
        const std::vector<std::function<Result<void>(Database&)>>& units) {
        std::latch held_up(1);
        std::latch all_wait(1);
        std::vector<Result<void>> holding(1);
        spawn({[&held_up, &all_wait](Database&) -> Result<void> {
                  held_up.count_down();
                  all_wait.wait();
                  return {};
              }},
              holding);
        loop.restart();
        loop.poll();
        held_up.wait();
        std::vector<Result<void>> outcomes(units.size());
        spawn(units, outcomes);
        boost::asio::post(loop, [&all_wait] { all_wait.count_down(); });
        loop.restart();
        loop.run();
        return outcomes;
    }

    static std::function<Result<void>(Database&)> note(const std::string& key,
                                                       const std::string& value = "1") {
        return [key, value](Database& database) -> Result<void> {
            database.execute("INSERT INTO meta (key, value) VALUES (?1, ?2)", key, value);
            return {};
        };
    }

    // A promise that only the commit finds broken.
    static Result<void> break_commit(Database& database) {
        database.execute_script("PRAGMA defer_foreign_keys = ON");
        database.execute(
            "INSERT INTO pause (session, from_at_ms, until_at_ms, reason)"
            " VALUES ('nobody', 1, 2, '')");
        return {};
    }

    std::int64_t notes() { return number("SELECT count(*) FROM meta WHERE key LIKE 'note%'"); }
};

TEST_F(WriterTest, ManyUnits_ShareFewCommits) {
    std::vector<std::function<Result<void>(Database&)>> units;
    for (int i = 0; i < 1000; ++i) units.push_back(note("note" + std::to_string(i)));
    const auto before = writer->totals();
    for (const auto& outcome : run_together(units)) ASSERT_TRUE(outcome);
    EXPECT_EQ(notes(), 1000);
    EXPECT_EQ(writer->totals().units - before.units, 1000U);
    EXPECT_LT(writer->totals().commits - before.commits, 500U);
}

// Whose answers have just gone out is about to come back with the next unit, and finds room.
TEST_F(WriterTest, CallersThatComeBack_ShareACommitWithThoseWhoWait) {
    std::latch held_up(1);
    std::latch one_waits(1);
    std::vector<Result<void>> outcomes(3);
    const auto hold = [&held_up, &one_waits](Database&) -> Result<void> {
        held_up.count_down();
        one_waits.wait();
        return {};
    };
    const auto come_back = [this, &outcomes, &hold]() -> boost::asio::awaitable<void> {
        auto first = writer->run<void>(hold);
        outcomes[0] = co_await std::move(first);
        auto second = writer->run<void>(note("note1"));
        outcomes[1] = co_await std::move(second);
    };
    const auto before = writer->totals().commits;
    boost::asio::co_spawn(loop, come_back(), [](const std::exception_ptr&) {});
    loop.poll();
    held_up.wait();
    boost::asio::co_spawn(
        loop, writer->run<void>(note("note2")),
        [&outcomes](const std::exception_ptr&, Result<void> outcome) { outcomes[2] = outcome; });
    boost::asio::post(loop, [&one_waits] { one_waits.count_down(); });
    loop.restart();
    loop.run();
    for (const auto& outcome : outcomes) EXPECT_TRUE(outcome);
    EXPECT_EQ(notes(), 2);
    EXPECT_EQ(writer->totals().commits - before, 2U);
}

TEST_F(WriterTest, LargeUnits_LetOthersPassBetweenThem) {
    std::vector<std::string> order;
    std::latch begun(1);
    std::latch all_wait(1);
    const auto hand_in = [this](std::function<Result<void>(Database&)> unit, Room room) {
        boost::asio::co_spawn(
            loop, writer->run<void>(std::move(unit), room),
            [](const std::exception_ptr&, const Result<void>& outcome) { EXPECT_TRUE(outcome); });
        loop.restart();
        loop.poll();
    };
    const auto named = [&order](const std::string& name) {
        return [&order, name](Database&) -> Result<void> {
            order.push_back(name);
            return {};
        };
    };
    hand_in(
        [&order, &begun, &all_wait](Database&) -> Result<void> {
            order.emplace_back("large 1");
            begun.count_down();
            all_wait.wait();
            return {};
        },
        Room::Alone);
    begun.wait();
    hand_in(named("large 2"), Room::Alone);
    hand_in(named("large 3"), Room::Alone);
    hand_in(named("pause"), Room::Shared);
    boost::asio::post(loop, [&all_wait] { all_wait.count_down(); });
    loop.restart();
    loop.run();
    EXPECT_EQ(order, (std::vector<std::string>{"large 1", "pause", "large 2", "large 3"}));
}

TEST_F(WriterTest, UnitThatFails_TakesNothingWithIt) {
    const auto outcomes = run_together(
        {note("note1"),
         [](Database& database) -> Result<void> {
             database.execute("INSERT INTO meta (key, value) VALUES ('note2', '1')");
             return cadence::fail(ErrorCode::Conflict, "changed its mind");
         },
         note("note1"),  // the key is taken: SQLite throws
         [](Database&) -> Result<void> { throw std::runtime_error("a bug"); }, note("note3")});
    EXPECT_TRUE(outcomes[0]);
    EXPECT_EQ(outcomes[1].error().code, ErrorCode::Conflict);
    EXPECT_EQ(outcomes[2].error().code, ErrorCode::Internal);
    EXPECT_EQ(outcomes[3].error().code, ErrorCode::Internal);
    EXPECT_TRUE(outcomes[4]);
    EXPECT_EQ(notes(), 2);
    EXPECT_TRUE(writer->health().committed);
    EXPECT_TRUE(fatal.empty());
}

TEST_F(WriterTest, UnitsThatAreAlone_KeepTheirOrderAndFailAlone) {
    const auto alone = [this](std::function<Result<void>(Database&)> unit) {
        return writer->run<void>(std::move(unit), ledger::Writer::Room::Alone);
    };
    const auto fail_after_writing = [](Database& database) -> Result<void> {
        database.execute("INSERT INTO meta (key, value) VALUES ('note2', '1')");
        return cadence::fail(ErrorCode::Conflict, "changed its mind");
    };
    std::vector<Result<void>> outcomes(5);
    const auto keep = [&outcomes](std::size_t i) {
        return [&outcomes, i](const std::exception_ptr&, Result<void> outcome) {
            outcomes[i] = std::move(outcome);
        };
    };
    boost::asio::co_spawn(loop, writer->run<void>(note("note1")), keep(0));
    boost::asio::co_spawn(loop, alone(fail_after_writing), keep(1));
    boost::asio::co_spawn(loop, alone(note("note3")), keep(2));
    boost::asio::co_spawn(loop, alone(note("note1")), keep(3));  // the key is taken: SQLite throws
    boost::asio::co_spawn(loop, writer->run<void>(note("note4")), keep(4));
    loop.run();
    EXPECT_TRUE(outcomes[0]);
    EXPECT_EQ(outcomes[1].error().code, ErrorCode::Conflict);
    EXPECT_TRUE(outcomes[2]);
    EXPECT_EQ(outcomes[3].error().code, ErrorCode::Internal);
    EXPECT_TRUE(outcomes[4]);
    EXPECT_EQ(notes(), 3);
    EXPECT_TRUE(writer->health().committed);
}

TEST_F(WriterTest, CommitThatFails_FailsEveryUnitOfItsGroup) {
    const auto outcomes = run_as_one_group({note("note1"), break_commit, note("note2")});
    for (const auto& outcome : outcomes) EXPECT_FALSE(outcome);
    EXPECT_EQ(notes(), 0);
    EXPECT_FALSE(writer->health().committed);
    EXPECT_TRUE(run_together({[](Database&) -> Result<void> { return {}; }})[0]);
    EXPECT_FALSE(writer->health().committed) << "a commit of nothing says nothing of the disk";
    EXPECT_TRUE(run_together({note("note3")})[0]);
    EXPECT_TRUE(writer->health().committed);
}

TEST_F(WriterTest, FullDisk_IsToldAndHeals) {
    tamper("PRAGMA max_page_count = 1");  // SQLite takes it as: what there is now, and no more
    const std::string much(1 << 20, 'x');
    const auto outcomes = run_together({note("note1"), note("note2", much), note("note3")});
    bool one_failed = false;
    for (const auto& outcome : outcomes) {
        if (outcome) continue;
        one_failed = true;
        EXPECT_EQ(outcome.error().code, ErrorCode::StorageBusy) << outcome.error().detail;
    }
    EXPECT_TRUE(one_failed);
    std::int64_t reported = 0;
    for (const auto& outcome : outcomes) reported += outcome ? 1 : 0;
    EXPECT_EQ(notes(), reported) << "what is reported as done is done, and nothing else is";
    tamper("PRAGMA max_page_count = 1000000");
    EXPECT_TRUE(run_together({note("note4", much)})[0]);
    EXPECT_TRUE(writer->health().committed);
}

// What is more than the cache holds is written before the commit, and says nothing once it is
// rolled back: of a disk that took 8 MB and refused the rest, least of all that it has healed.
TEST_F(WriterTest, UnitThatTheDiskRefuses_IsNoProofOfHealth) {
    ASSERT_FALSE(run_together({break_commit})[0]);
    ASSERT_FALSE(writer->health().committed);
    const auto pages = number("PRAGMA page_count");
    tamper("PRAGMA max_page_count = " + std::to_string(pages + 2000));
    const auto fill = [](Database& database) -> Result<void> {
        database.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)"
            " INSERT INTO meta (key, value) SELECT 'note' || i, hex(zeroblob(2000)) FROM n");
        return {};
    };
    for (const auto room : {ledger::Writer::Room::Alone, ledger::Writer::Room::Shared}) {
        const auto outcome = run(writer->run<void>(fill, room));
        ASSERT_FALSE(outcome);
        EXPECT_EQ(outcome.error().code, ErrorCode::StorageBusy) << outcome.error().detail;
        EXPECT_FALSE(writer->health().committed);
    }
    tamper("PRAGMA max_page_count = 1000000");
    EXPECT_TRUE(run_together({note("note1")})[0]);
    EXPECT_TRUE(writer->health().committed);
}

TEST_F(WriterTest, Units_AreAppliedInTheOrderTheyWereMade) {
    tamper("INSERT INTO meta (key, value) VALUES ('order', '')");
    std::vector<std::function<Result<void>(Database&)>> units;
    std::string expected;
    for (char letter = 'a'; letter <= 'z'; ++letter) {
        expected += letter;
        units.push_back([letter](Database& database) -> Result<void> {
            database.execute("UPDATE meta SET value = value || ?1 WHERE key = 'order'",
                             std::string(1, letter));
            return {};
        });
    }
    run_together(units);
    EXPECT_EQ(text("SELECT value FROM meta WHERE key = 'order'"), expected);
}

TEST_F(WriterTest, DamagedFile_IsTold) {
    const auto outcomes = run_together({[](Database&) -> Result<void> {
        throw ledger::StorageFailure({ErrorCode::StorageCorrupt, "malformed", {}});
    }});
    EXPECT_EQ(outcomes[0].error().code, ErrorCode::StorageCorrupt);
    ASSERT_EQ(fatal.size(), 1U);
    EXPECT_EQ(fatal[0].code, ErrorCode::StorageCorrupt);
}

TEST_F(WriterTest, Pragmas_AreWhatWasAskedFor) {
    const auto read = [this](const std::string& pragma) {
        return run(writer->run<std::string>([pragma](Database& database) -> Result<std::string> {
                   auto row = database.query("PRAGMA " + pragma);
                   return row.step() ? row.text(0) : std::string{};
               }))
            .value();
    };
    EXPECT_EQ(read("journal_mode"), "wal");
    EXPECT_EQ(read("synchronous"), "2");
    EXPECT_EQ(read("foreign_keys"), "1");
    EXPECT_EQ(read("secure_delete"), "1");
    EXPECT_EQ(read("trusted_schema"), "0");
    EXPECT_EQ(text("PRAGMA query_only"), "1");
    EXPECT_EQ(number("PRAGMA wal_autocheckpoint"), 0);
}

// Callers and what they wait for kept each other, and the database, for ever.
TEST_F(WriterTest, WriterThatGoes_LetsGoOfWhatStillWaits) {
    const auto kept = std::make_shared<int>(1);
    {
        boost::asio::io_context own_loop(1);
        auto database = Database::open(directory.path("ledger.db"), ledger::Access::Writer);
        ASSERT_TRUE(database);
        ledger::Writer going(std::move(*database), own_loop.get_executor(), {});
        boost::asio::co_spawn(own_loop,
                              going.run<void>([kept](Database&) { return Result<void>{}; }),
                              [](const std::exception_ptr&, const Result<void>&) {});
        own_loop.poll_one();  // it waits, and nobody has begun with it
    }
    EXPECT_EQ(kept.use_count(), 1);
}

TEST_F(WriterTest, StatementUsedWithinItself_IsRefused) {
    const auto outcome = run_together({[](Database& database) -> Result<void> {
        auto outer = database.query("SELECT key FROM meta");
        static_cast<void>(outer.step());
        auto inner = database.query("SELECT key FROM meta");
        return {};
    }});
    EXPECT_EQ(outcome[0].error().code, ErrorCode::Internal);
}

}  // namespace
}  // namespace ledger_test
