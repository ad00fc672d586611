#include "tests/e2e/kill_evidence.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace e2e {
namespace {

using Json = nlohmann::json;

bool happened_by(const Json& request, const char* field, std::int64_t at_ms) {
    auto const& value = request.at(field);
    return !value.is_null() && value.get<std::int64_t>() <= at_ms;
}

KillPoint point_of(const Json& request, std::int64_t killed_at_ms) {
    if (happened_by(request, "answeredAtMs", killed_at_ms)) return KillPoint::AnsweredUncommitted;
    if (happened_by(request, "appliedAtMs", killed_at_ms)) return KillPoint::AppliedUnanswered;
    return KillPoint::SentUnapplied;
}

// Nobody else has it open: the reader brings the log of the dead daemon into play by itself.
std::vector<std::string> first_column(const std::filesystem::path& database, const char* sql) {
    sqlite3* handle = nullptr;
    std::vector<std::string> values;
    if (sqlite3_open_v2(database.c_str(), &handle, SQLITE_OPEN_READWRITE, nullptr) != SQLITE_OK) {
        sqlite3_close(handle);
        throw std::runtime_error("cannot open " + database.string());
    }
    sqlite3_exec(handle, "PRAGMA wal_autocheckpoint=0", nullptr, nullptr, nullptr);
    auto const add = [](void* list, int, char** row, char**) {
        static_cast<std::vector<std::string>*>(list)->emplace_back(row[0]);
        return 0;
    };
    auto const ec = sqlite3_exec(handle, sql, add, &values, nullptr);
    sqlite3_close(handle);
    if (ec != SQLITE_OK) throw std::runtime_error("cannot read " + database.string());
    return values;
}

}  // namespace

const char* to_string(KillPoint point) {
    switch (point) {
        case KillPoint::BeforeInFlight:
            return "before inFlight";
        case KillPoint::InFlightUnsent:
            return "inFlight, unsent";
        case KillPoint::SentUnapplied:
            return "sent, unapplied";
        case KillPoint::AppliedUnanswered:
            return "applied, unanswered";
        case KillPoint::AnsweredUncommitted:
            return "answered, uncommitted";
    }
    return "";
}

std::vector<std::string> keys_in_flight(const std::filesystem::path& database) {
    return first_column(database,
                        "SELECT 'cadenced-' || id || '-' || attempts FROM delivery"
                        " WHERE state = 'inFlight'");
}

std::string integrity_of(const std::filesystem::path& database) {
    std::string all;
    for (const auto& line : first_column(database, "PRAGMA integrity_check")) {
        all += (all.empty() ? "" : "; ") + line;
    }
    return all;
}

KillPoint classify(const std::vector<std::string>& keys, const Sandbox& sandbox,
                   std::int64_t killed_at_ms) {
    if (keys.empty()) return KillPoint::BeforeInFlight;
    auto furthest = KillPoint::InFlightUnsent;
    auto const requests = sandbox.get("/requests");
    for (const auto& request : requests.at("items")) {
        auto const& key = request.at("idempotencyKey");
        if (key.is_null() || std::find(keys.begin(), keys.end(), key) == keys.end()) continue;
        furthest = std::max(furthest, point_of(request, killed_at_ms));
    }
    return furthest;
}

std::int64_t wall_ms() {
    auto const now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

}  // namespace e2e
