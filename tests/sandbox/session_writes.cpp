// The writes that don't touch the lock: progress, metadata, state and notifications.
#include <nlohmann/json.hpp>

#include "tests/sandbox/change.hpp"

namespace sandbox {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMostBlockers = 25;
constexpr std::size_t kMostStateBytes = 65'536;
constexpr std::int64_t kMostAmount = 1'000'000'000;

bool is_text(const Json& object, const char* name, std::size_t least, std::size_t most) {
    auto const found = object.find(name);
    if (found == object.end() || !found->is_string()) return false;
    auto const& text = found->get_ref<const std::string&>();
    return text.size() >= least && text.size() <= most;
}

bool are_blockers(const Json& value) {
    if (!value.is_array() || value.size() > kMostBlockers) return false;
    for (auto const& blocker : value) {
        if (!blocker.is_string()) return false;
    }
    return true;
}

bool are_home_actions(const Json& value) {
    if (!value.is_array()) return false;
    for (auto const& action : value) {
        if (!action.is_object() || !is_text(action, "slug", 1, 100)) return false;
        if (!is_text(action, "title", 1, 200)) return false;
    }
    return true;
}

bool has_unsafe_key(const Json& value) {
    for (auto const& [key, member] : value.items()) {
        if (value.is_object() && (key.starts_with('$') || key.find('.') != std::string::npos)) {
            return true;
        }
        if (member.is_structured() && has_unsafe_key(member)) return true;
    }
    return false;
}

}  // namespace

tl::unexpected<Refusal> invalid(std::string message) {
    return tl::unexpected<Refusal>(Refusal{400, "validation_error", std::move(message)});
}

Applied apply_progress(Session& session, const Json& body) {
    if (!is_text(body, "key", 1, 128)) return invalid("key must be a string");
    auto const amount = body.find("amount");
    if (amount == body.end() || !amount->is_number_integer() || *amount < 1 ||
        *amount > kMostAmount) {
        return invalid("amount must be an integer of at least 1");
    }
    auto const& key = body.at("key").get_ref<const std::string&>();
    auto& total = session.progress[key];
    total += amount->get<std::int64_t>();
    Json const params{{"key", key}, {"amount", *amount}, {"total", total}};
    return Change{"progress", params.dump()};
}

Applied apply_metadata(Session& session, const Json& body) {
    auto metadata = Json::parse(session.metadata);
    for (auto const& [name, value] : body.items()) {
        if (name == "unlockBlockers" && !are_blockers(value)) {
            return invalid("unlockBlockers must be an array of at most 25 strings");
        }
        if (name == "homeActions" && !are_home_actions(value)) {
            return invalid("homeActions must be an array of objects with slug and title");
        }
        if (name != "unlockBlockers" && name != "homeActions") {
            return invalid("only unlockBlockers and homeActions can be set");
        }
        metadata[name] = value;
    }
    if (body.empty()) return invalid("unlockBlockers or homeActions must be given");
    session.metadata = metadata.dump();
    return Change{"metadata", body.dump()};
}

Applied apply_state(Session& session, const Json& body, std::string_view method) {
    auto const data = body.find("data");
    if (data == body.end()) return invalid("data must be given");
    if (data->is_structured() && has_unsafe_key(*data)) {
        return invalid("data must have no key that starts with $ or contains a dot");
    }
    auto state = *data;
    if (method == "PATCH") {
        state = Json::parse(session.state);
        state.merge_patch(*data);
    }
    auto text = state.dump();
    if (text.size() > kMostStateBytes) return invalid("data must not exceed 64 KiB");
    session.state = std::move(text);
    return Change{"state", data->dump()};
}

Applied apply_notification(const Json& body) {
    if (!is_text(body, "title", 1, 100)) return invalid("title must have 1 to 100 characters");
    if (!is_text(body, "message", 1, 500)) return invalid("message must have 1 to 500 characters");
    if (!body.value("showPageOverlay", Json(false)).is_boolean()) {
        return invalid("showPageOverlay must be true or false");
    }
    auto const target = body.value("target", Json("wearer"));
    if (target != "wearer" && target != "keyholder" && target != "both") {
        return invalid("target must be wearer, keyholder or both");
    }
    return Change{"notification", body.dump()};
}

}  // namespace sandbox
