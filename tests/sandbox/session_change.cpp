#include "tests/sandbox/session_change.hpp"

#include <nlohmann/json.hpp>

namespace sandbox {
namespace {

using Json = nlohmann::json;

constexpr std::int64_t kLongestChange = 10LL * 365 * 86'400;

Millis to_duration(std::int64_t count) { return Millis{count * 1000}; }

void read_time(Session& session, Fields& fields, Instant now) {
    auto& lock = session.lock;
    if (auto const remaining = fields.integer("timeRemainingSeconds", 0, kLongestChange)) {
        lock.set_remaining(now, to_duration(*remaining));
    }
    if (auto const added = fields.integer("addSeconds", -kLongestChange, kLongestChange)) {
        lock.add(now, to_duration(*added));
    }
    if (fields.is_null("maxTimeRemainingSeconds")) lock.set_max_remaining(now, std::nullopt);
    if (auto const most = fields.integer("maxTimeRemainingSeconds", 0, kLongestChange)) {
        lock.set_max_remaining(now, to_duration(*most));
    }
    if (auto const frozen = fields.flag("frozen")) {
        if (*frozen) lock.freeze_without_end(now);
        if (!*frozen) lock.unfreeze(now);
    }
    if (auto const frozen = fields.integer("frozenSeconds", 1, kLongestChange)) {
        lock.unfreeze(now);
        lock.freeze(now, to_duration(*frozen));
    }
    if (auto const pillory = fields.integer("pillorySeconds", 0, kLongestChange)) {
        lock.end_pillory(now);
        if (*pillory > 0) lock.start_pillory(now, to_duration(*pillory));
    }
}

void read_flags(Session& session, Fields& fields) {
    session.ended = fields.flag("ended").value_or(session.ended);
    session.extension_enabled = fields.flag("extensionEnabled").value_or(session.extension_enabled);
    session.pillory_enabled = fields.flag("pilloryEnabled").value_or(session.pillory_enabled);
    session.remove_time_allowed =
        fields.flag("removeTimeAllowed").value_or(session.remove_time_allowed);
    if (fields.flag("revokeTokens").value_or(false)) {
        for (auto& token : session.tokens) token.revoked = true;
    }
    if (auto const role = fields.text("role")) {
        if (*role != "wearer" && *role != "keyholder") {
            fields.complain("role", "must be wearer or keyholder");
        }
        session.role = *role;
    }
    if (fields.is_null("extensionRequirements")) session.extension_requirements.clear();
    if (auto const* requirements = fields.object("extensionRequirements")) {
        session.extension_requirements = requirements->dump();
    }
}

void read_names(std::vector<std::string>& names, Fields& fields, const char* field) {
    auto const* asked = fields.find(field);
    if (asked == nullptr) return;
    names.clear();
    for (auto const& name : asked->is_array() ? *asked : Json::array({Json()})) {
        if (!name.is_string()) return fields.complain(field, "must be an array of names");
        names.push_back(name.get<std::string>());
    }
}

void read_shapes(Session& session, Fields& fields) {
    if (fields.is_null("errorShape")) session.error_shape.reset();
    if (auto const shape = fields.text("errorShape")) {
        session.error_shape = parse_error_shape(*shape);
        if (!session.error_shape) {
            fields.complain("errorShape", "must be flat, nested, plain, empty or html");
        }
    }
    if (fields.is_null("contextUnder")) session.context_under_data = false;
    if (auto const under = fields.text("contextUnder")) {
        if (*under != "data") fields.complain("contextUnder", "must be \"data\" or null");
        session.context_under_data = true;
    }
    read_names(session.omitted_lock_data, fields, "omitLockData");
    read_names(session.null_lock_data, fields, "nullLockData");
}

}  // namespace

cadence::Result<Session> changed(Session session, Fields& fields, Instant now) {
    read_time(session, fields, now);
    read_flags(session, fields);
    read_shapes(session, fields);
    if (auto const checked = fields.check(); !checked) return tl::unexpected(checked.error());
    return session;
}

}  // namespace sandbox
