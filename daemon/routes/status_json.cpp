#include <chrono>
#include <nlohmann/json.hpp>

#include "daemon/routes/answers.hpp"
#include "daemon/routes/reply_json.hpp"
#include "daemon/routes/rfc3339.hpp"
#include "engine/warnings.hpp"

namespace cadenced::wire {
namespace {

using nlohmann::ordered_json;
using Counters = std::map<std::string, std::int64_t>;

ordered_json pick(const Counters& counters, std::initializer_list<const char*> names) {
    ordered_json object = ordered_json::object();
    for (const char* const name : names) {
        const auto found = counters.find(name);
        object[name] = found == counters.end() ? 0 : found->second;
    }
    return object;
}

const char* credential_word(const engine::PlatformHealth& health) {
    if (!health.has_credential) return "absent";
    return health.credential_refused ? "refused" : "ok";
}

ordered_json to_json(const engine::PlatformHealth& health) {
    ordered_json object{
        {"breaker", cadence::to_string(health.breaker)},
        {"credential", credential_word(health)},
        {"clockSkewSeconds",
         std::chrono::duration_cast<std::chrono::seconds>(health.clock_skew).count()},
        {"lastSuccessAt", time_or_null(health.last_success_at)},
        {"lastError", nullptr}};
    if (health.last_error) {
        object["lastError"] = {{"at", to_text(health.last_error->at)},
                               {"code", text_or_null(health.last_error->code)},
                               {"detail", text_or_null(health.last_error->detail)}};
    }
    return object;
}

ordered_json platforms_json(const std::map<std::string, engine::PlatformHealth>& platforms) {
    ordered_json object = ordered_json::object();
    for (const auto& [name, health] : platforms) object[name] = to_json(health);
    return object;
}

ordered_json warnings_json(const std::vector<engine::Warning>& warnings) {
    ordered_json list = ordered_json::array();
    for (const engine::Warning& warning : warnings) {
        ordered_json one{{"code", engine::to_string(warning.code)},
                         {"since", to_text(warning.since)},
                         {"platform", text_or_null(warning.platform)},
                         {"sessions", nullptr},
                         {"deliveries", nullptr},
                         {"proofs", nullptr},
                         {"sessionId", nullptr},
                         {"deliveryId", nullptr},
                         {"endsAt", time_or_null(warning.ends_at)},
                         {"detail", warning.detail}};
        if (warning.sessions) one["sessions"] = *warning.sessions;
        if (warning.deliveries) one["deliveries"] = *warning.deliveries;
        if (warning.proofs) one["proofs"] = *warning.proofs;
        if (warning.session) one["sessionId"] = warning.session->value;
        if (warning.delivery) one["deliveryId"] = std::to_string(warning.delivery->value);
        list.push_back(std::move(one));
    }
    return list;
}

void add_daemon(ordered_json& body, const engine::LedgerStatus& status, const DaemonFacts& facts) {
    body["state"] = facts.draining ? "draining" : "running";
    body["startedAt"] = to_text(facts.started_at);
    body["tzdb"] = facts.tzdb;
    body["schemaVersion"] = status.schema_version;
    body["database"] = {{"path", status.database_path}, {"bytes", status.database_bytes}};
    body["config"] = {{"loadedAt", to_text(facts.config_loaded_at)},
                      {"lastError", text_or_null(facts.config_last_error)}};
}

void add_counts(ordered_json& body, const engine::LedgerStatus& status) {
    body["sessions"] = pick(status.sessions, {"active", "suspended", "ended"});
    body["sessions"]["paused"] = status.sessions_paused;
    body["tokens"] = {{"valid", status.tokens_valid},
                      {"nextExpiry", time_or_null(status.next_token_expiry)}};
    body["windows"] = pick(status.windows, {"open", "met", "missed", "excused"});
    body["paused"] = status.paused;
    body["pauseReason"] = text_or_null(status.pause_reason);
    body["proofs"] = pick(status.proofs, {"pending", "submitted", "rejected", "unknown", "waived"});
    body["deliveries"] = pick(status.deliveries, {"waiting", "queued", "inFlight", "unknown",
                                                  "applied", "rejected", "held", "waived"});
    body["deliveries"]["oldestWaitingAt"] = time_or_null(status.oldest_waiting_at);
    body["nextWindowClose"] = time_or_null(status.next_window_close);
}

}  // namespace

net::HttpReply answer(const engine::LedgerStatus& status, const DaemonFacts& facts,
                      const std::string& version, cadence::Instant now) {
    ordered_json body{{"version", version}, {"time", to_text(now)}};
    add_daemon(body, status, facts);
    add_counts(body, status);
    body["platforms"] = platforms_json(facts.platforms);
    body["warnings"] =
        warnings_json(engine::find_warnings(status.trouble, facts.platforms, facts.trouble, now));
    return make_reply(200, body);
}

net::HttpReply answer_reloaded(const std::vector<std::string>& waiting) {
    return make_reply(200, {{"status", "reloaded"}, {"waiting", waiting}});
}

net::HttpReply answer_state(const std::string& state) {
    return make_reply(200, {{"status", state}});
}

net::HttpReply answer_changed(int rows) { return make_reply(200, {{"changed", rows}}); }

net::HttpReply answer_brake(bool paused, const std::string& reason) {
    return make_reply(200, {{"paused", paused}, {"reason", text_or_null(reason)}});
}

}  // namespace cadenced::wire
