#include "tests/e2e/crash_row.hpp"

#include <signal.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <thread>

#include "tests/e2e/crash_account.hpp"
#include "tests/e2e/kill_evidence.hpp"
#include "tests/e2e/world.hpp"

namespace e2e {
namespace {

using Json = nlohmann::json;
using std::chrono::seconds;

constexpr int kKilled = 128 + SIGKILL;
constexpr seconds kPatience{20};

// Where the clock stands in the lives after the last death: readings of a lock come after a minute,
// a second retry after five more.
// Not all of them are lived: where all is final it ends.
constexpr std::array kAhead{seconds{70},   seconds{140},  seconds{210}, seconds{280},
                            seconds{600},  seconds{670},  seconds{740}, seconds{810},
                            seconds{1150}, seconds{1220}, seconds{1290}};

// Many daemons share the machine: asking is not for free.
template <class Condition>
bool comes_true(std::chrono::milliseconds patience, Condition condition) {
    auto const give_up = std::chrono::steady_clock::now() + patience;
    while (!condition()) {
        if (std::chrono::steady_clock::now() >= give_up) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds{15});
    }
    return true;
}

bool taken(const Answer& answer) { return answer.status / 100 == 2; }

bool is_unsettled(const std::string& state) {
    return state == "queued" || state == "inFlight" || state == "unknown" || state == "waiting";
}

}  // namespace

CrashRow::CrashRow(const std::vector<CrashCell>& cells, CrashPrograms programs)
    : programs_(std::move(programs)),
      sandbox_(directory_.path()),
      daemon_(directory_.path(), sandbox_, {programs_.lives_on, World::kQuick, {}}) {
    for (const auto& cell : cells) cells_.push_back({{cell, 0, {}}, now_ms(), {}});
}

std::vector<CrashRow::Result> CrashRow::run() {
    daemon_.start_and_wait();  // makes the database
    daemon_.kill();
    for (auto& cell : cells_) die_in(cell);
    live_on();
    return settle_accounts();
}

// The lock session as the platform has it, one launch of it, and what goes wrong with its writes.
void CrashRow::open(Backend& cell) const {
    auto const session = cell.result.cell.session();
    sandbox_.post("/sessions", {{"id", session}, {"timeRemainingSeconds", 1'000'000}});
    auto launch = Json::object();
    if (auto const uses = cell.result.cell.token_uses(); uses > 0) launch["dieAfterUses"] = uses;
    cell.token = sandbox_.post("/sessions/" + session + "/launch", launch)
                     .at("mainToken")
                     .get<std::string>();
    auto const faults = cell.result.cell.faults();
    if (!faults.empty()) sandbox_.post("/faults", faults);
}

void CrashRow::die_in(Backend& cell) {
    open(cell);
    for (const auto& charge : cell.result.cell.charges()) live_first(cell, charge);
}

// Up to the named point; what the cell before has not been told by its death comes first.
void CrashRow::live_first(Backend& cell, const std::string& charge) {
    daemon_.next_start(programs_.dies, {{"CADENCED_TEST_CRASH_AT", charge}});
    daemon_.start();
    static_cast<void>(comes_true(kPatience, [this] {
        return !daemon_.program().running() || daemon_.get("/readyz").status == 200;
    }));
    for (auto& other : cells_) {
        if (&other == &cell) break;
        hand_in(other);
    }
    hand_in(cell);
    if (cell.result.cell.point == "Draining") {
        static_cast<void>(comes_true(kPatience, [this, &cell] {
            return in_state(cell, takes_back(cell.result.cell.kind) ? "undo" : "", "inFlight");
        }));
        daemon_.program().signal(SIGTERM);
    }
    auto const code = daemon_.program().wait(kPatience);
    if (code == kKilled) {
        ++cell.result.kills;
        return;
    }
    cell.result.violations.push_back("the daemon never came to " + charge);
    daemon_.kill();
}

void CrashRow::hand_in(Backend& cell) const {
    auto const path = cell.result.cell.path();
    if (!cell.enrolled) {
        cell.enrolled = taken(daemon_.put(path, cell.result.cell.enrolment(cell.since_ms)));
    }
    if (cell.enrolled && !cell.launched) {
        cell.launched = taken(daemon_.post(path + "/launches", {{"mainToken", cell.token}}));
    }
    if (cell.launched && !cell.proven) prove(cell);
}

void CrashRow::prove(Backend& cell) const {
    auto const kind = cell.result.cell.kind;
    auto const undo = takes_back(kind);
    if (kind != WriteUnderTest::Progress && !undo) {
        cell.proven = true;
        return;
    }
    if (undo) {
        static_cast<void>(comes_true(
            kPatience, [this, &cell] { return in_state(cell, "punishment", "applied"); }));
    }
    cell.proven = taken(daemon_.post("/v1/proofs", proof_of(cell.result.cell, cell.since_ms)));
}

bool CrashRow::in_state(const Backend& cell, const std::string& kind,
                        const std::string& state) const {
    auto const answer = daemon_.get("/v1/deliveries?sessionId=" + cell.result.cell.session());
    if (answer.status != 200) return true;  // dead: nothing to wait for
    auto const page = answer.json();
    for (const auto& delivery : page.at("items")) {
        if (!kind.empty() && delivery.at("kind").get<std::string>() != kind) continue;
        if (delivery.at("state").get<std::string>() == state) return true;
    }
    return false;
}

// Lives that die no more, each a while later by the clock, until all is final.
void CrashRow::live_on() {
    for (auto const ahead : kAhead) {
        live_ahead(ahead);
        for (auto& cell : cells_) hand_in(cell);
        if (ahead == kAhead.front()) launch_anew();
        static_cast<void>(comes_true(seconds{4}, [this, ahead] { return !busy(ahead); }));
        if (daemon_.unsettled() == 0) return;
        static_cast<void>(daemon_.stop());
    }
    live_ahead(kAhead.back());
}

// The platform's clock goes with ours: only what lies between two readings is shortened.
void CrashRow::live_ahead(seconds ahead) {
    auto const rule = sandbox_.post(
        "/faults", {{"fault", "reshape"}, {"dateOffSeconds", ahead.count()}, {"times", -1}});
    if (!date_rule_.empty()) sandbox_.remove("/faults/" + date_rule_);
    auto const& id = rule.at("ids").at(0);
    date_rule_ = id.is_string() ? id.get<std::string>() : id.dump();
    daemon_.next_start(programs_.lives_on, passed_time(ahead));
    daemon_.start_and_wait();
}

void CrashRow::launch_anew() {
    for (const auto& cell : cells_) {
        if (cell.result.cell.token_uses() == 0) continue;
        static_cast<void>(
            daemon_.post(cell.result.cell.path() + "/launches",
                         {{"mainToken", sandbox_.launch(cell.result.cell.session())}}));
    }
}

// Whether something is on its way, or is due by now.
bool CrashRow::busy(seconds ahead) const {
    auto const now = rfc3339(now_ms() + ahead.count() * 1000);
    for (const auto& delivery : daemon_.all("/v1/deliveries")) {
        auto const state = delivery.at("state").get<std::string>();
        if (!is_unsettled(state) || state == "waiting") continue;
        auto const& due = delivery.at("dueAt");
        if (due.is_null() || due.get<std::string>() <= now) return true;
    }
    return false;
}

std::vector<CrashRow::Result> CrashRow::settle_accounts() {
    // Judges every closed window once more, as a nervous operator would: it must create nothing.
    static_cast<void>(daemon_.post(
        "/v1/backfill",
        {{"from", "2000-01-01"}, {"to", "2099-12-31"}, {"punish", true}, {"dryRun", false}}));
    std::vector<Result> results;
    for (auto& cell : cells_) {
        const CrashBook book{cell.result.cell, cell.since_ms};
        for (auto& sentence : book.violations(sandbox_, daemon_)) {
            cell.result.violations.push_back(std::move(sentence));
        }
        results.push_back(cell.result);
    }
    static_cast<void>(daemon_.stop());
    auto const sound = integrity_of(daemon_.database());
    if (sound != "ok") results.front().violations.push_back("integrity_check says " + sound);
    return results;
}

}  // namespace e2e
