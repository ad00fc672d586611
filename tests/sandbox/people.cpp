#include "tests/sandbox/people.hpp"

#include <nlohmann/json.hpp>

#include "tests/sandbox/change.hpp"
#include "tests/sandbox/session_change.hpp"

namespace sandbox {
namespace {

using cadence::ErrorCode;
using Json = nlohmann::json;

std::uint64_t draw(People& people, std::uint64_t count) {
    return count <= 1 ? 0 : people.random() % count;
}

bool acts(People& people, PersonRule& rule) {
    if (rule.times == 0) return false;
    std::uniform_real_distribution<double> roll(0.0, 1.0);
    if (rule.probability < 1.0 && roll(people.random) >= rule.probability) return false;
    if (rule.times > 0) --rule.times;
    ++rule.hits;
    return true;
}

Session* meant_session(Platform& platform, const PersonRule& rule, std::string_view asked) {
    if (rule.session) return find_session(platform, *rule.session);
    if (!asked.empty()) return find_session(platform, asked);
    if (platform.sessions.empty()) return nullptr;
    auto const index = draw(platform.people, platform.sessions.size());
    return &std::next(platform.sessions.begin(), static_cast<std::ptrdiff_t>(index))->second;
}

std::uint64_t note_in_journal(Platform& platform, const Session& session, const char* source,
                              Change change, Instant now) {
    Effect effect;
    effect.at = now;
    effect.session = session.id;
    effect.source = source;
    effect.kind = std::move(change.kind);
    effect.params = std::move(change.params);
    return platform.journal.add_effect(std::move(effect));
}

void act(Platform& platform, PersonRule& rule, std::string_view asked, Instant now) {
    auto* const session = meant_session(platform, rule, asked);
    if (session == nullptr || !acts(platform.people, rule)) return;
    auto const& text = rule.changes.at(draw(platform.people, rule.changes.size()));
    auto const change = Json::parse(text);
    Fields fields(change);
    auto result = changed(*session, fields, now);
    if (!result) return;  // it was tried on another lock session when the rule came
    *session = std::move(*result);
    note_in_journal(platform, *session, "person", {"change", text}, now);
}

void plan_next(Platform& platform, std::uint64_t id, Millis wait, Instant now) {
    platform.agenda.add(now + wait, [id](Platform& then, Instant at) {
        for (auto& rule : then.people.rules) {
            if (rule.id != id) continue;
            act(then, rule, {}, at);
            if (rule.every > Millis{0} && rule.times != 0) plan_next(then, id, rule.every, at);
            return;
        }
    });
}

struct Sentence {
    std::string name;  // of an extension's action
    Json params;
};

Json member_of(const Json& object, const char* name) {
    auto const found = object.find(name);  // the end of anything that is no object
    return found == object.end() ? Json() : *found;
}

// Without a name where there is no such punishment. What it says is checked as an extension's
// action is.
Sentence sentence_of(const Session& session) {
    auto const requirements = Json::parse(session.extension_requirements, nullptr, false);
    if (member_of(requirements, "enabled") != true) return {};
    auto const punishment = member_of(requirements, "punishment");
    auto const type = member_of(punishment, "type");
    auto const seconds = member_of(punishment, "seconds");
    if (type == "add_time") return {"add_time", seconds};
    if (type == "freeze") return {"freeze", {{"durationSeconds", seconds}}};
    if (type != "pillory") return {};
    Json params{{"durationSeconds", seconds}};
    auto const reason = member_of(punishment, "reason");
    if (!reason.is_null()) params["reason"] = reason;
    return {"pillory", params};
}

}  // namespace

std::uint64_t add_person(Platform& platform, PersonRule rule, Instant now) {
    rule.id = ++platform.people.last_id;
    auto const id = rule.id;
    auto const first = rule.after > Millis{0} ? rule.after : rule.every;
    platform.people.rules.push_back(std::move(rule));
    if (first > Millis{0}) plan_next(platform, id, first, now);
    return id;
}

void people_see_request(Platform& platform, const Call& call, Instant now) {
    for (auto& rule : platform.people.rules) {
        if (rule.every_requests == 0 || (rule.session && *rule.session != call.session)) continue;
        if (++rule.seen < rule.every_requests) continue;
        rule.seen = 0;
        act(platform, rule, call.session, now);
    }
}

cadence::Result<std::uint64_t> punish(Platform& platform, Session& session, Instant now) {
    auto const sentence = sentence_of(session);
    if (sentence.name.empty()) {
        return cadence::fail(ErrorCode::Conflict,
                             "extensionRequirements are not enabled or name no punishment", "id");
    }
    auto applied =
        apply_action(session, Json{{"name", sentence.name}, {"params", sentence.params}}, now);
    if (!applied) return cadence::fail(ErrorCode::Conflict, applied.error().message, "id");
    return note_in_journal(platform, session, "platform", std::move(*applied), now);
}

}  // namespace sandbox
