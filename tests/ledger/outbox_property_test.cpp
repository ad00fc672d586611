// Random lives of three lock sessions' deliveries through the port, from fixed seeds: whatever
// comes back and whatever a person decides, the promises that the schema makes are never even
// touched.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>
#include <random>

#include "ledger/sqlite_outbox.hpp"
#include "ledger/writer.hpp"
#include "tests/ledger/outbox_bench.hpp"

namespace {

using namespace outbox_bench;
using cadence::AnswerKind;
using engine::Begun;
using Todo = engine::LaneHead::Todo;

class OutboxLife {
  public:
    explicit OutboxLife(unsigned seed)
        : random_(seed), writer_(prepare(), thread_.get_executor(), [](const cadence::Error&) {}) {}
    ~OutboxLife() { thread_.join(); }
    OutboxLife(const OutboxLife&) = delete;
    OutboxLife& operator=(const OutboxLife&) = delete;

    void step() {
        now_ += std::chrono::milliseconds{pick(20'000)};
        switch (pick(12)) {
            case 0:
            case 1:
                return owe_something();
            case 2:
                return carry_something();
            case 3:
                return launch();
            case 4:
                return decide();
            case 5:
                return unwant_something();
            default:
                return visit_lanes();
        }
    }
    void check() {
        write([](ledger::Database& db) {
            expect_none(db,
                        "SELECT session FROM delivery WHERE state = 'inFlight'"
                        " GROUP BY session HAVING count(*) > 1");
            expect_none(db,
                        "SELECT window FROM delivery WHERE kind = 'punishment'"
                        " GROUP BY window HAVING count(*) > 1");
            expect_none(db,
                        "SELECT undoes FROM delivery WHERE undoes IS NOT NULL"
                        " GROUP BY undoes HAVING count(*) > 1");
            expect_none(db,
                        "SELECT id FROM delivery d WHERE kind = 'progress' AND (proofs <> (SELECT"
                        " count(*) FROM proof WHERE delivery = d.id) OR (proofs > 0 AND amount <>"
                        " (SELECT sum(amount) FROM proof WHERE delivery = d.id)))");
            expect_none(db,
                        "SELECT name FROM counter c WHERE name LIKE 'delivery.%' AND value <>"
                        " (SELECT count(*) FROM delivery WHERE 'delivery.' || state = c.name)");
            expect_none(
                db,
                "SELECT name FROM counter c WHERE name LIKE 'proof.%' AND value <>"
                " (SELECT count(*) FROM proof p JOIN delivery d ON d.id = p.delivery JOIN"
                " proof_status s ON s.state = d.state WHERE 'proof.' || s.status = c.name)");
            expect_none(db,
                        "SELECT session FROM waiting_session WHERE session NOT IN (SELECT session"
                        " FROM delivery WHERE state = 'waiting') UNION SELECT session FROM delivery"
                        " WHERE state = 'waiting' AND session NOT IN (SELECT session FROM"
                        " waiting_session)");
            expect_none(db,
                        "SELECT name FROM counter WHERE (name = 'waiting.sessions' AND value <>"
                        " (SELECT count(*) FROM waiting_session)) OR (name = 'waiting.proofs' AND"
                        " value <> (SELECT ifnull(sum(proofs), 0) FROM delivery WHERE state ="
                        " 'waiting'))");
            expect_none(db,
                        "SELECT id FROM session WHERE"
                        " (work_ends_at_ms IS NULL) <> (work_since_ms IS NULL)");
        });
    }
    // How often what happened.
    std::map<std::string, std::int64_t> tally() {
        write([this](ledger::Database& db) {
            auto row = db.query("SELECT kind, count(*) FROM delivery GROUP BY kind");
            while (row.step()) seen_[row.text(0)] = row.integer(1);
        });
        return seen_;
    }

  private:
    ledger::Database prepare() {
        auto database = make_database(directory_.file());
        database.execute_script("PRAGMA synchronous = OFF");
        Rows rows(database);
        for (int i = 0; i < 3; ++i) {
            const auto session = rows.add_session("s" + std::to_string(i));
            auto rules = make_rules();
            rules.misfire = static_cast<cadence::Misfire>(i);
            rules.late_proof = cadence::LateProof::Compensate;
            if (i == 1) rules.on_unknown_punishment = cadence::OnUnknown::AssumeApplied;
            requirements_.push_back(rows.add_requirement(session, "check_in", rules));
        }
        return database;
    }
    static void expect_none(ledger::Database& db, const std::string& sql) {
        auto row = db.query(sql);
        if (row.step()) ADD_FAILURE() << row.text(0) << " of: " << sql;
    }
    unsigned pick(unsigned below) {
        return std::uniform_int_distribution<unsigned>{0, below - 1}(random_);
    }
    SessionId any_session() { return {"s" + std::to_string(pick(3))}; }

    template <class T>
    cadence::Result<T> run(boost::asio::awaitable<cadence::Result<T>> task) {
        boost::asio::io_context loop;
        auto done = boost::asio::co_spawn(loop, std::move(task), boost::asio::use_future);
        loop.run();
        auto result = done.get();
        // A refusal by a constraint would come home as neither of these.
        if (!result) {
            EXPECT_TRUE(result.error().code == cadence::ErrorCode::Conflict ||
                        result.error().code == cadence::ErrorCode::NotFound)
                << result.error().detail;
        }
        return result;
    }
    void write(const std::function<void(ledger::Database&)>& work) {
        auto const written =
            run(writer_.run<void>([&work](ledger::Database& db) -> cadence::Result<void> {
                work(db);
                return {};
            }));
        EXPECT_TRUE(written);
    }

    ledger::DeliveryHome home(unsigned which, WindowId window) {
        return {.session = {"s" + std::to_string(which)},
                .requirement = requirements_[which],
                .window = window,
                .window_start = samples::utc(2024, 6, 1) + 1h * next_day_};
    }
    void owe_something() {
        const unsigned which = pick(3);
        write([this, which](ledger::Database& db) {
            const WindowId window = insert_window(db, which, "missed");
            const auto rules = ledger::load_rules(db, requirements_[which], 1);
            ledger::owe_punishment(db, home(which, window), rules.punishment, {}, 336h, now_);
            ledger::refresh_lane(db, home(which, window).session, now_);
            windows_.push_back({which, window});
            punished_.push_back({which, window});
        });
    }
    void carry_something() {
        const unsigned which = pick(3);
        const bool fresh = windows_.empty() || pick(3) == 0;
        write([this, which, fresh](ledger::Database& db) {
            if (fresh) windows_.push_back({which, insert_window(db, which, "met")});
            const auto& [owner, window] = windows_[pick(static_cast<unsigned>(windows_.size()))];
            Rows rows(db);
            const auto delivery = ledger::carry_proof(db, home(owner, window), "check_in", 1, now_);
            rows.add_proof("p" + std::to_string(++next_proof_), requirements_[owner], window,
                           delivery, now_, now_);
            ledger::refresh_lane(db, home(owner, window).session, now_);
        });
    }
    WindowId insert_window(ledger::Database& db, unsigned which, const char* verdict) {
        const Instant start = samples::utc(2024, 1, 1) + 1h * ++next_day_;
        db.execute(
            "INSERT INTO window (requirement, generation, idx, start_at_ms, end_at_ms, local_start,"
            " local_end, zone, zone_version, first, past, judge_at_ms, verdict, judged_at_ms)"
            " VALUES (?1, 1, ?2, ?3, ?4, '2024-01-01', '2024-01-02', 'UTC', '', 0, 0, ?4, ?5, ?4)",
            requirements_[which], next_day_, start, start + 1h, verdict);
        return {db.last_insert_id()};
    }
    void launch() {
        const auto session = any_session();
        write([this, session](ledger::Database& db) {
            std::string hash = std::to_string(++next_token_);
            hash.insert(0, 64 - hash.size(), '0');
            Rows(db).add_token(session, hash, now_, false);
            db.execute("UPDATE session SET state = 'active' WHERE id = ?1 AND state = 'suspended'",
                       session);
            ledger::queue_waiting(db, session, now_);
            ledger::refresh_lane(db, session, now_);
        });
    }
    void unwant_something() {
        if (punished_.empty()) return;
        const auto [which, window] = punished_[pick(static_cast<unsigned>(punished_.size()))];
        const bool again = pick(3) == 0;
        write([this, which = which, window = window, again](ledger::Database& db) {
            db.execute("UPDATE window SET verdict = ?2 WHERE id = ?1", window,
                       again ? "missed" : "met");
            if (again) {
                const auto rules = ledger::load_rules(db, requirements_[which], 1);
                ledger::owe_punishment(db, home(which, window), rules.punishment, {}, 336h, now_);
            } else {
                ledger::unwant_punishment(db, window, "unwanted", true, now_);
            }
            ledger::refresh_lane(db, home(which, window).session, now_);
        });
    }
    void decide() {
        const DeliveryId id{1 + static_cast<std::int64_t>(pick(60))};
        switch (pick(4)) {
            case 0:
                static_cast<void>(run(outbox_.retry(id, "r", now_)));
                return;
            case 1:
                static_cast<void>(run(outbox_.settle(id, engine::Settlement::Applied, "", now_)));
                return;
            case 2:
                static_cast<void>(
                    run(outbox_.settle(id, engine::Settlement::NotApplied, "", now_)));
                return;
            default:
                if (pick(4) == 0) static_cast<void>(run(outbox_.waive(id, "w", now_)));
        }
    }
    void visit_lanes() {
        const auto due = run(outbox_.find_due_lanes(policy_, now_, 3)).value();
        for (const auto& session : due.sessions) visit(session);
    }
    void visit(const SessionId& session) {
        const auto head = run(outbox_.load_lane(session, policy_, now_, 0s)).value();
        if (head.todo == Todo::Nothing) {
            ++seen_["nothing"];
            const auto due = run(outbox_.find_due_lanes(policy_, now_, 10)).value();
            EXPECT_EQ(std::count(due.sessions.begin(), due.sessions.end(), session), 0)
                << "an idle lane is due";
            return;
        }
        if (head.todo == Todo::Verify) return verify(session, head.token.value().hash);
        if (head.todo == Todo::Settle) {
            ++seen_["settled"];
            EXPECT_TRUE(run(outbox_.settle_unread(head.delivery, now_)));
            return;
        }
        send(head);
    }
    void verify(const SessionId& session, const std::string& hash) {
        write([this, session, hash](ledger::Database& db) {
            db.execute(
                "UPDATE token SET verified_at_ms = ?3, verify_due_at_ms = NULL"
                " WHERE session = ?1 AND hash = ?2",
                session, hash, now_);
            ledger::refresh_lane(db, session, now_);
        });
    }
    void send(const engine::LaneHead& head) {
        engine::BeginAttempt begin{
            .delivery = head.delivery, .token_hash = head.token.value().hash, .found = {}};
        const auto begun = run(outbox_.begin_attempt(begin, policy_, now_)).value();
        EXPECT_TRUE(begun.begun == Begun::Started || begun.begun == Begun::Waived)
            << "what the lane offered could not be begun: " << static_cast<int>(begun.begun);
        cadence::DeliveryId delivery = head.delivery;
        auto in_flight = begun.begun == Begun::Started ? std::optional(begun) : std::nullopt;
        while (in_flight) {
            const auto finished = finish(delivery, in_flight->number);
            in_flight = finished.begun;
            if (in_flight) delivery = finished.next.value().delivery;
        }
    }
    engine::FinishedAttempt finish(cadence::DeliveryId delivery, int number) {
        constexpr AnswerKind kAnswers[] = {
            AnswerKind::Applied,      AnswerKind::Applied,   AnswerKind::Applied,
            AnswerKind::Applied,      AnswerKind::Applied,   AnswerKind::Applied,
            AnswerKind::NotSent,      AnswerKind::Throttled, AnswerKind::HostFault,
            AnswerKind::TokenRefused, AnswerKind::Suspended, AnswerKind::Rejected,
            AnswerKind::Unknown,      AnswerKind::Unknown};
        cadence::Answer answer;
        answer.kind = kAnswers[pick(std::size(kAnswers))];
        ++seen_[cadence::to_string(answer.kind)];
        if (pick(3) == 0) carry_something();
        if (pick(4) == 0) unwant_something();
        const engine::Onward onward{policy_, cadence::Duration{0}, pick(2) == 0};
        auto finished =
            run(outbox_.finish_attempt(delivery, number, answer, 0.3, onward, now_)).value();
        EXPECT_FALSE(run(outbox_.finish_attempt(delivery, number, answer, 0.3, onward, now_)));
        if (finished.begun) ++seen_["begun in a row"];
        return finished;
    }

    std::mt19937 random_;
    std::map<std::string, std::int64_t> seen_;
    Directory directory_;
    SampleZones zones_;
    cadence::Policy policy_;
    Instant now_ = kNow;
    std::vector<RequirementId> requirements_;
    std::vector<std::pair<unsigned, WindowId>> windows_;
    std::vector<std::pair<unsigned, WindowId>> punished_;
    int next_day_{0};
    int next_proof_{0};
    int next_token_{0};
    boost::asio::thread_pool thread_{1};
    ledger::Writer writer_;
    ledger::SqliteOutbox outbox_{writer_, zones_};
};

class OutboxLives : public ::testing::TestWithParam<unsigned> {};

TEST_P(OutboxLives, RandomSequences_KeepEveryPromise) {
    OutboxLife life(GetParam());
    for (int i = 0; i < 800; ++i) {
        life.step();
        if (i % 50 == 0) life.check();
        if (::testing::Test::HasFailure()) return;
    }
    life.check();
    auto seen = life.tally();
    for (const char* what :
         {"applied", "unknown", "token_refused", "suspended", "rejected", "settled", "undo"}) {
        EXPECT_GT(seen[what], 0) << what << " never happened: the life was too dull";
    }
}

INSTANTIATE_TEST_SUITE_P(Seeds, OutboxLives, ::testing::Values(1U, 7U, 42U, 2024U));

}  // namespace
