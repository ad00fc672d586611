#include "tests/ledger/ledger_fixture.hpp"

#include <boost/asio/strand.hpp>

#include "ledger/heartbeats.hpp"
#include "ledger/launches.hpp"
#include "ledger/store.hpp"

namespace ledger_test {

using cadence::Result;

Instant utc(int year, unsigned month, unsigned day, cadence::Duration time) {
    return std::chrono::sys_days{std::chrono::year{year} / static_cast<int>(month) /
                                 static_cast<int>(day)} +
           time;
}

LedgerTest::LedgerTest() : now(utc(2026, 6, 1, 10h)) {
    const std::string path = directory.path("ledger.db");
    auto opened = ledger::open_ledger(path);
    if (!opened) throw std::runtime_error(opened.error().detail);
    writer = std::make_unique<ledger::Writer>(
        std::move(opened->database), boost::asio::make_strand(threads.get_executor()),
        [this](cadence::Error error) { fatal.push_back(std::move(error)); });
    reader = std::make_unique<ledger::Reader>(
        ledger::Database::open(path, ledger::Access::Reader).value(), threads.get_executor(),
        [this](cadence::Error error) { fatal.push_back(std::move(error)); });
    look = ledger::Database::open(path, ledger::Access::Reader).value();
    intake = std::make_unique<ledger::SqliteIntake>(*writer, zones);
    docket = std::make_unique<ledger::SqliteDocket>(*writer, zones);
    outbox = std::make_unique<ledger::SqliteOutbox>(*writer, zones);
    records = std::make_unique<ledger::SqliteRecords>(*reader);
}

LedgerTest::~LedgerTest() { threads.join(); }

cadence::RequirementSpec LedgerTest::daily(const std::string& metric, int count) {
    cadence::RequirementSpec spec;
    spec.metric = metric;
    spec.rules.key = metric;
    spec.rules.required_count = count;
    spec.rules.punishment = {cadence::PunishmentType::AddTime, 3600s, ""};
    spec.rules.first_window = cadence::FirstWindow::Strict;
    return spec;
}

cadence::SessionSpec LedgerTest::session(std::vector<cadence::RequirementSpec> requirements,
                                         const std::string& id) {
    cadence::SessionSpec spec;
    spec.id = {id};
    spec.platform = "chastify";
    spec.timezone = "Europe/Berlin";
    spec.requirements = std::move(requirements);
    return spec;
}

Result<engine::Intake::Put> LedgerTest::put(cadence::SessionSpec spec) {
    return run(intake->put_session(std::move(spec), policy, now));
}

void LedgerTest::must_put(cadence::SessionSpec spec) {
    const auto done = put(std::move(spec));
    ASSERT_TRUE(done) << done.error().detail;
}

Result<engine::LaunchTaken> LedgerTest::launch(const std::string& token, const std::string& id,
                                               std::optional<std::string> timezone) {
    engine::Launch given;
    given.session = {id};
    given.token = cadence::Secret(token);
    given.launched_at = now;
    given.timezone = std::move(timezone);
    given.platform = "chastify";
    return run(intake->add_launch(std::move(given), policy, now));
}

engine::ProofTaken LedgerTest::proof(const std::string& id, std::optional<Instant> happened_at,
                                     std::int64_t amount, const std::string& metric,
                                     const std::string& session_id) {
    engine::Proof given{{id}, {session_id}, metric, amount, happened_at};
    auto taken = run(intake->add_proof(std::move(given), policy, now));
    if (taken) return *taken;
    ADD_FAILURE() << taken.error().detail;
    return {};
}

void LedgerTest::must_see_context(const std::string& token,
                                  std::optional<engine::PlatformRequirement> own,
                                  const std::string& id) {
    engine::ContextFound found;
    found.session = {id};
    found.token_hash = ledger::hash_of_token(token);
    found.context.lock.at = now;
    found.context.requirements.emplace();
    if (own) found.context.requirements->push_back(std::move(*own));
    const auto done = run(intake->record_context(std::move(found), policy, now));
    ASSERT_TRUE(done) << done.error().detail;
}

std::vector<engine::Judged> LedgerTest::must_work_off() {
    constexpr int kBatch = 100;
    std::vector<engine::Judged> judged;
    for (;;) {
        const auto pass = run(docket->work_off(policy, now, kBatch));
        if (!pass) {
            ADD_FAILURE() << pass.error().detail;
            return judged;
        }
        judged.insert(judged.end(), pass->judged.begin(), pass->judged.end());
        if (!pass->more) return judged;
    }
}

std::optional<cadence::Interval> LedgerTest::must_beat() {
    const auto outage = run(writer->run<std::optional<cadence::Interval>>(
        [this](ledger::Database& database) -> Result<std::optional<cadence::Interval>> {
            return ledger::beat(database, policy, now);
        }));
    if (outage) return *outage;
    ADD_FAILURE() << outage.error().detail;
    return {};
}

void LedgerTest::live_until(Instant until) {
    // One row that moves on, which is all that heartbeats are.
    now = until;
    tamper("INSERT INTO heartbeat (id, at_ms) VALUES (1, " + std::to_string(cadence::to_ms(until)) +
           ") ON CONFLICT (id) DO UPDATE SET at_ms = excluded.at_ms");
}

std::string LedgerTest::text(const std::string& sql) {
    auto row = look->query(sql);
    return row.step() ? row.text(0) : std::string{};
}

std::int64_t LedgerTest::number(const std::string& sql) {
    auto row = look->query(sql);
    return row.step() ? row.integer(0) : 0;
}

std::vector<std::string> LedgerTest::windows(const std::string& metric) {
    auto row = look->query(
        "SELECT local_start || '..' || local_end || ' ' || ifnull(verdict, 'open') || ' ' || reason"
        " FROM window WHERE requirement IN (SELECT id FROM requirement WHERE metric = ?1)"
        " ORDER BY start_at_ms");
    row.bind(metric);
    std::vector<std::string> found;
    while (row.step()) found.push_back(row.text(0));
    return found;
}

std::vector<std::string> LedgerTest::deliveries() {
    auto row = look->query(
        "SELECT kind || ' ' || write || ' ' || state || ' ' || reason FROM delivery ORDER BY id");
    std::vector<std::string> found;
    while (row.step()) found.push_back(row.text(0));
    return found;
}

void LedgerTest::tamper(const std::string& sql) {
    const auto done = run(writer->run<void>([sql](ledger::Database& database) -> Result<void> {
        database.execute_script(sql);
        return {};
    }));
    ASSERT_TRUE(done) << done.error().detail;
}

}  // namespace ledger_test
