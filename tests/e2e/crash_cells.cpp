#include "tests/e2e/crash_cells.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "tests/e2e/world.hpp"

namespace e2e {
namespace {

using Json = nlohmann::json;
using Kind = WriteUnderTest;

constexpr std::array kKinds{Kind::AddTime,  Kind::Freeze, Kind::Pillory,
                            Kind::Progress, Kind::Undo,   Kind::Unfreeze};

// Where a write of each kind passes; those that wait for a reading of the lock have a row a kind.
constexpr std::array kPoints{"VerdictWritten",    "LaunchWritten",  "ProofWritten",
                             "BeforeInFlight",    "InFlightUnsent", "AnsweredUnwritten",
                             "OutcomeWritten",    "Recovered",      "Draining",
                             "LockReadUnwritten", "ReadingWritten"};

bool reads_the_lock(const std::string& point) {
    return point == "LockReadUnwritten" || point == "ReadingWritten";
}

// Of the two that take back, the one that nothing has been sent of at a point is as good as the
// other.
bool takes_its_turn(const std::string& point, Kind kind) {
    const bool unsent = point == "BeforeInFlight" || point == "ProofWritten";
    if (kind == Kind::Undo) return !unsent;
    return unsent || point == "InFlightUnsent" || point == "AnsweredUnwritten";
}

bool passes(const std::string& point, Kind kind, const FaultMode& mode) {
    if (takes_back(kind) && !takes_its_turn(point, kind)) return false;
    if (mode.for_few && kind != Kind::AddTime && kind != Kind::Progress) return false;
    if (point == "VerdictWritten") return kind != Kind::Progress && !takes_back(kind);
    if (point == "LaunchWritten") return !takes_back(kind);
    if (point == "ProofWritten") return kind == Kind::Progress || takes_back(kind);
    if (!reads_the_lock(point)) return true;
    return mode.hides_outcome && kind != Kind::Progress && kind != Kind::Pillory;
}

bool chosen(const std::vector<std::string>& choice, const std::string& name) {
    return choice.empty() || std::find(choice.begin(), choice.end(), name) != choice.end();
}

std::vector<CrashCell> cells_at(const std::string& point, const CrashChoice& choice,
                                const std::vector<Kind>& kinds) {
    std::vector<CrashCell> cells;
    for (auto const kind : kinds) {
        if (!chosen(choice.kinds, to_string(kind))) continue;
        for (const auto& mode : fault_modes()) {
            if (!chosen(choice.modes, mode.name) || !passes(point, kind, mode)) continue;
            cells.push_back({point, kind, &mode});
        }
    }
    return cells;
}

// A zone where it is about noon, so that no day ends while the test runs.
std::string noon_zone(std::int64_t now_ms) {
    auto const east = 12 - now_ms % kDayMs / kHourMs;
    return east >= 0 ? "Etc/GMT-" + std::to_string(east) : "Etc/GMT+" + std::to_string(-east);
}

const char* action_of(Kind kind) {
    switch (kind) {
        case Kind::Freeze:
            return "freeze";
        case Kind::Pillory:
            return "pillory";
        case Kind::Undo:
            return "remove_time";
        case Kind::Unfreeze:
            return "unfreeze";
        default:
            return "add_time";
    }
}

}  // namespace

const char* to_string(WriteUnderTest kind) {
    switch (kind) {
        case Kind::AddTime:
            return "add_time";
        case Kind::Freeze:
            return "freeze";
        case Kind::Pillory:
            return "pillory";
        case Kind::Progress:
            return "progress";
        case Kind::Undo:
            return "undo";
        case Kind::Unfreeze:
            return "unfreeze";
    }
    return "";
}

bool takes_back(Kind kind) { return kind == Kind::Undo || kind == Kind::Unfreeze; }

const std::vector<FaultMode>& fault_modes() {
    static const std::vector<FaultMode> modes{
        {"late-apply", R"({"fault":"late_apply","ms":100})", true},
        {"none", ""},
        {"lost-before", R"({"fault":"drop_before_apply"})", true},
        {"lost-after", R"({"fault":"drop_after_apply"})", true},
        {"cut-head", R"({"fault":"drop_mid_answer"})", true},
        {"cut-body", R"({"fault":"cut_body"})", false, true},
        {"503-before", R"({"fault":"status_before","status":503})", true},
        {"500-after", R"({"fault":"status_after","status":500})", true},
        {"garbage", R"({"fault":"garbage_status_line"})", true},
        {"429", R"({"fault":"retry_after","seconds":1})", false, true},
        {"422", R"({"fault":"status_before","status":422,"code":"validation_error"})", false, true},
        {"slow", R"({"fault":"slow_after","ms":150})", false, true},
        {kDeadToken, "", false, true},
        {"tls", R"({"fault":"tls","certificate":"expired"})", false, true},
    };
    return modes;
}

std::string CrashCell::session() const { return point + "." + to_string(kind) + "." + mode->name; }

std::vector<std::string> CrashCell::charges() const {
    // An undo comes after the punishment that it undoes, and after the proof that asks for it.
    auto const later = takes_back(kind) && point != "ProofWritten" && !reads_the_lock(point) &&
                       point != "Draining";
    auto const first = point == "Recovered" ? "InFlightUnsent" : point;
    std::vector<std::string> all{first + (later ? ":3@" : ":1@") + session()};
    if (point == "Recovered") all.push_back(point);
    return all;
}

Json CrashCell::enrolment(std::int64_t now_ms) const {
    if (kind == Kind::Progress) {
        auto steps = World::daily("steps", 0);
        steps["requiredCount"] = 1000;
        return {{"timezone", noon_zone(now_ms)}, {"requirements", Json::array({steps})}};
    }
    auto owed = World::daily("checkin", 3600);
    const bool freezes = kind == Kind::Freeze || kind == Kind::Unfreeze;
    if (freezes) owed["punishment"]["type"] = "freeze";
    if (kind == Kind::Pillory) owed["punishment"]["type"] = "pillory";
    if (takes_back(kind)) owed["lateProof"] = "compensate";
    owed["activeFrom"] = rfc3339(now_ms - kDayMs);
    owed["punishPast"] = true;
    return {{"timezone", noon_zone(now_ms)}, {"requirements", Json::array({owed})}};
}

Json CrashCell::faults() const {
    auto all = Json::array();
    Json match = {{"session", session()}, {"path", kind == Kind::Progress ? "progress" : "action"}};
    if (kind != Kind::Progress) match["action"] = action_of(kind);
    // A stop finds the write on its way.
    if (point == "Draining") {
        all.push_back({{"fault", "slow_before"}, {"ms", 1500}, {"times", 1}, {"match", match}});
    }
    if (*mode->fault == '\0') return all;
    auto fault = Json::parse(mode->fault);
    fault["times"] = 1;
    if (fault.at("fault") != "tls") fault["match"] = match;
    all.push_back(std::move(fault));
    return all;
}

// The launch's own reading; and the baseline, where there is one.
int CrashCell::token_uses() const {
    if (mode->name != kDeadToken) return 0;
    return kind == Kind::Progress ? 1 : 2;
}

std::vector<std::vector<CrashCell>> crash_rows(const CrashChoice& choice) {
    std::vector<std::vector<CrashCell>> rows;
    auto const add = [&rows](std::vector<CrashCell> row) {
        if (!row.empty()) rows.push_back(std::move(row));
    };
    for (const auto* point : kPoints) {
        if (!chosen(choice.points, point)) continue;
        if (!reads_the_lock(point)) {
            add(cells_at(point, choice, {kKinds.begin(), kKinds.end()}));
            continue;
        }
        for (auto const kind : kKinds) add(cells_at(point, choice, {kind}));
    }
    return rows;
}

}  // namespace e2e
