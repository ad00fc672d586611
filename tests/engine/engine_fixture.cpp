#include "tests/engine/engine_fixture.hpp"

#include <algorithm>

#include "ledger/store.hpp"

namespace engine_test {
namespace {

constexpr cadence::Instant kStart{std::chrono::sys_days{std::chrono::year{2026} / 6 / 15} + 10h};

// As often as is left, then never again.
void take_fault(sqlite3_context* context, int /*count*/, sqlite3_value** /*values*/) {
    auto& left = *static_cast<int*>(sqlite3_user_data(context));
    sqlite3_result_int(context, left > 0 ? left-- : 0);
}

}  // namespace

std::int64_t Remembered::count(const std::string& text) const {
    return std::count_if(lines.begin(), lines.end(), [&text](const auto& line) {
        return line.second.find(text) != std::string::npos;
    });
}

EngineTest::EngineTest()
    : clock(loop.get_executor(), kStart), platform(loop.get_executor(), clock) {
    auto opened = ledger::open_ledger(directory.path("ledger.db"));
    if (!opened) throw std::runtime_error(opened.error().detail);
    handle = opened->database.handle();
    writer = std::make_unique<ledger::Writer>(
        std::move(opened->database), loop.get_executor(),
        [](const cadence::Error& error) { throw std::runtime_error(error.detail); });
    intake = std::make_unique<ledger::SqliteIntake>(*writer, zones);
    docket = std::make_unique<ledger::SqliteDocket>(*writer, zones);
    outbox = std::make_unique<ledger::SqliteOutbox>(*writer, zones);
}

EngineTest::~EngineTest() {
    if (running) stop();
}

void EngineTest::start() {
    auto platforms = more_platforms;
    platforms["chastify"] = &platform;
    engine = std::make_unique<engine::Engine>(
        loop.get_executor(),
        engine::Ports{clock, entropy, journal, *intake, *docket, *outbox, std::move(platforms),
                      [this] { return process_trouble; }, [this] { ++heartbeats; }},
        settings);
    running = true;
    boost::asio::co_spawn(loop, engine->run(),
                          [this](const std::exception_ptr& failure, cadence::Result<void> ended) {
                              running = false;
                              if (failure) std::rethrow_exception(failure);
                              if (!ended) throw std::runtime_error(ended.error().detail);
                          });
    settle();
}

void EngineTest::stop() {
    engine->stop();
    settle();
    for (int second = 0; running && second < 30; ++second) pass(1s);
    ASSERT_FALSE(running) << "the engine did not come home";
}

void EngineTest::settle() {
    loop.restart();
    while (loop.poll() > 0) {
    }
}

void EngineTest::pass(cadence::Duration time) {
    auto const end = clock.now() + time;
    settle();
    while (clock.now() < end) {
        auto const next = clock.next_alarm().value_or(end);
        clock.pass(std::clamp(next, clock.now() + 1ms, end) - clock.now());
        settle();
    }
}

void EngineTest::enrol(const std::string& id, int days, int count, cadence::LateProof late) {
    cadence::RequirementSpec requirement;
    requirement.metric = "check_in";
    requirement.rules.key = "check_in";
    requirement.rules.required_count = count;
    requirement.rules.late_proof = late;
    requirement.rules.punishment = {cadence::PunishmentType::AddTime, 3600s, ""};
    requirement.rules.first_window = cadence::FirstWindow::Strict;
    requirement.rules.grace = 0s;
    requirement.punish_past = true;
    if (days > 0) requirement.active_from = clock.now() - std::chrono::days{days};
    cadence::SessionSpec spec;
    spec.id = {id};
    spec.platform = "chastify";
    spec.timezone = "UTC";
    spec.requirements.push_back(std::move(requirement));
    auto const put = run(intake->put_session(std::move(spec), settings.policy, clock.now()));
    ASSERT_TRUE(put) << put.error().detail;
    engine->changed();
    settle();
}

void EngineTest::launch(const std::string& id, const std::string& token) {
    engine::Launch given;
    given.session = {id};
    given.token = cadence::Secret(token);
    given.launched_at = clock.now();
    given.platform = "chastify";
    auto const taken = run(intake->add_launch(std::move(given), settings.policy, clock.now()));
    ASSERT_TRUE(taken) << taken.error().detail;
    engine->changed();
    settle();
}

void EngineTest::prove(const std::string& id, const std::string& proof) {
    engine::Proof given{{proof}, {id}, "check_in", 1, std::nullopt, clock.uptime()};
    auto const taken = run(intake->add_proof(std::move(given), settings.policy, clock.now()));
    ASSERT_TRUE(taken) << taken.error().detail;
    ASSERT_EQ(taken->status, engine::ProofStatus::Accepted) << taken->detail;
    engine->changed();
    settle();
}

void EngineTest::break_ledger(bool broken) {
    auto const* const sql = broken ? "PRAGMA query_only = 1" : "PRAGMA query_only = 0";
    ASSERT_EQ(sqlite3_exec(handle, sql, nullptr, nullptr, nullptr), SQLITE_OK);
}

void EngineTest::fail_at(const std::string& statement) {
    ASSERT_EQ(sqlite3_create_function(handle, "take_fault", 0, SQLITE_UTF8, &faults, take_fault,
                                      nullptr, nullptr),
              SQLITE_OK);
    auto const sql = "CREATE TEMP TRIGGER fault BEFORE " + statement +
                     " WHEN take_fault() BEGIN SELECT RAISE(ABORT, 'a fault'); END";
    ASSERT_EQ(sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK);
}

void EngineTest::note_units_at_writes() {
    platform.breaks_after_write = [this] {
        units_at_writes.push_back(writer->totals().units);
        note_units_at_writes();
    };
}

std::int64_t EngineTest::count(const std::string& state) {
    auto const counted = run(writer->run<std::int64_t>(
        [state](ledger::Database& database) -> cadence::Result<std::int64_t> {
            auto row = database.query("SELECT value FROM counter WHERE name = 'delivery.' || ?1");
            row.bind(state);
            return row.step() ? row.integer(0) : 0;
        }));
    return counted.value_or(-1);
}

}  // namespace engine_test
