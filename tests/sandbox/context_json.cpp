#include "tests/sandbox/context_json.hpp"

#include <nlohmann/json.hpp>

namespace sandbox {
namespace {

using Json = nlohmann::json;

std::int64_t whole_seconds(Millis duration) {
    return std::chrono::floor<std::chrono::seconds>(duration).count();
}

bool is_blocked(const Session& session) {
    auto const metadata = Json::parse(session.metadata);
    auto const blockers = metadata.find("unlockBlockers");
    return blockers != metadata.end() && !blockers->empty();
}

}  // namespace

Json lock_data(const Session& session, Instant now) {
    auto const& lock = session.lock;
    auto const most = lock.max_remaining(now);
    bool const unlockable =
        lock.remaining(now) == Millis{0} && !lock.frozen(now) && !is_blocked(session);
    Json data{{"frozen", lock.frozen(now)},
              {"unlockable", unlockable},
              {"trusted", false},
              {"taskAssigned", false},
              {"timeLockedSeconds", whole_seconds(lock.locked(now))},
              {"timeRemainingSeconds", whole_seconds(lock.remaining(now))},
              {"maxTimeRemainingSeconds", most ? Json(whole_seconds(*most)) : Json(nullptr)},
              {"taskPoints", 0},
              {"taskPointsRequired", 0},
              {"lockTitle", "Sandbox lock"},
              {"wearerUsername", "wearer_" + session.id},
              {"keyholderUsername", "keyholder_" + session.id},
              {"wearerLastSeenTimestamp", now.time_since_epoch().count()},
              {"keyholderLastSeenTimestamp", nullptr}};
    for (auto const& name : session.null_lock_data) data[name] = nullptr;
    for (auto const& name : session.omitted_lock_data) data.erase(name);
    return data;
}

std::string context_body(const Session& session, Instant now) {
    auto config = Json::object();
    if (!session.extension_requirements.empty()) {
        config["extensionRequirements"] = Json::parse(session.extension_requirements);
    }
    Json const context{
        {"role", session.role}, {"extensionConfig", config}, {"lockData", lock_data(session, now)}};
    if (!session.context_under_data) return context.dump();
    return Json{{"data", context}}.dump();
}

}  // namespace sandbox
