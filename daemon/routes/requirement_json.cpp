#include "daemon/routes/requirement_json.hpp"

#include <nlohmann/json.hpp>

#include "daemon/duration_text.hpp"
#include "daemon/routes/fields.hpp"
#include "daemon/routes/rfc3339.hpp"

namespace cadenced::wire {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr std::size_t kLongestMetric = 64;
constexpr std::size_t kLongestReason = 500;
constexpr IntegerRange kCounts{1, 1'000'000};
constexpr IntegerRange kEveries{1, 366};
constexpr IntegerRange kSeconds{0, 1'000'000'000};  // the caps are cadence::validate's affair

void read_cadence(const Fields& requirement, FirstError& errors, cadence::Cadence& cadence) {
    requirement.need("cadence");
    const json* const object = requirement.find_object("cadence");
    if (object == nullptr) return;
    const Fields fields(*object, requirement.path_of("cadence"), {"every", "unit"}, errors);
    fields.need("every");
    fields.need("unit");
    cadence.every = static_cast<int>(fields.find_integer("every", kEveries).value_or(1));
    cadence.unit = fields.find_word("unit", kCadenceUnits).value_or(cadence::CadenceUnit::Day);
}

void refuse_games(const Fields& fields) {
    for (const char* const name : {"game", "direction", "as"}) {
        if (fields.has(name)) {
            fields.note(name, "belongs to Chastity Tracker, which this version cannot serve");
        }
    }
}

void read_punishment(const Fields& requirement, FirstError& errors,
                     cadence::Punishment& punishment) {
    if (!requirement.has("punishment")) {
        requirement.note("punishment", R"(is required; write {"type":"none"} for none)");
    }
    const json* const object = requirement.find_object("punishment");
    if (object == nullptr) return;
    const Fields fields(*object, requirement.path_of("punishment"),
                        {"type", "seconds", "reason", "game", "direction", "as"}, errors);
    refuse_games(fields);
    fields.need("type");
    const auto type =
        fields.find_word("type", kPunishmentTypes).value_or(cadence::PunishmentType::None);
    const auto seconds = fields.find_integer("seconds", kSeconds);
    const auto reason = fields.find_text("reason", kLongestReason);
    // The platform's object carries seconds with type none, too; they mean nothing there.
    if (type == cadence::PunishmentType::None) return;
    fields.need("seconds");
    punishment.type = type;
    punishment.seconds = std::chrono::seconds{seconds.value_or(0)};
    punishment.reason = reason.value_or("");
}

void read_on_unknown(const Fields& requirement, FirstError& errors, cadence::Rules& rules) {
    if (requirement.is_text("onUnknown")) {
        const auto both = requirement.find_word("onUnknown", kPunishmentOnUnknown);
        rules.on_unknown_punishment = both.value_or(rules.on_unknown_punishment);
        rules.on_unknown_progress = both.value_or(rules.on_unknown_progress);
        return;
    }
    const json* const object = requirement.find_object("onUnknown");
    if (object == nullptr) return;
    const Fields fields(*object, requirement.path_of("onUnknown"), {"punishment", "progress"},
                        errors);
    rules.on_unknown_punishment =
        fields.find_word("punishment", kPunishmentOnUnknown).value_or(rules.on_unknown_punishment);
    rules.on_unknown_progress =
        fields.find_word("progress", kProgressOnUnknown).value_or(rules.on_unknown_progress);
}

void read_policies(const Fields& fields, cadence::Rules& rules) {
    rules.owner = fields.find_word("owner", kOwners).value_or(rules.owner);
    rules.first_window =
        fields.find_word("firstWindow", kFirstWindows).value_or(rules.first_window);
    rules.misfire = fields.find_word("misfire", kMisfires).value_or(rules.misfire);
    rules.late_proof = fields.find_word("lateProof", kLateProofs).value_or(rules.late_proof);
    rules.grace = fields.find_duration("grace").value_or(rules.grace);
}

}  // namespace

cadence::RequirementSpec read_requirement(const json& object, const std::string& path,
                                          const Defaults& defaults, FirstError& errors) {
    const Fields fields(
        object, path,
        {"metric", "key", "enabled", "requiredCount", "cadence", "punishment", "owner",
         "activeFrom", "punishPast", "firstWindow", "misfire", "lateProof", "grace", "onUnknown"},
        errors);
    cadence::RequirementSpec spec;
    spec.rules = rules_of(defaults);
    spec.metric = fields.text("metric", kLongestMetric);
    spec.rules.key = fields.find_text("key", kLongestMetric).value_or(spec.metric);
    spec.enabled = fields.find_flag("enabled").value_or(true);
    fields.need("requiredCount");
    spec.rules.required_count =
        static_cast<int>(fields.find_integer("requiredCount", kCounts).value_or(1));
    read_cadence(fields, errors, spec.rules.cadence);
    read_punishment(fields, errors, spec.rules.punishment);
    read_policies(fields, spec.rules);
    read_on_unknown(fields, errors, spec.rules);
    spec.active_from = fields.find_instant("activeFrom");
    spec.punish_past = fields.find_flag("punishPast").value_or(false);
    return spec;
}

ordered_json to_json(const cadence::Cadence& cadence) {
    return {{"every", cadence.every},
            {"unit", word_of(kCadenceUnits, cadence.unit)},
            {"weekStart", word_of(kWeekdays, cadence.week_start)},
            {"anchorDate", to_text(cadence.anchor)}};
}

ordered_json to_json(const cadence::Punishment& punishment) {
    ordered_json object{{"type", word_of(kPunishmentTypes, punishment.type)},
                        {"seconds", punishment.seconds.count()}};
    if (!punishment.reason.empty()) object["reason"] = punishment.reason;
    return object;
}

void add_rules(ordered_json& object, const cadence::Rules& rules) {
    object["key"] = rules.key;
    object["requiredCount"] = rules.required_count;
    object["cadence"] = to_json(rules.cadence);
    object["punishment"] = to_json(rules.punishment);
    object["owner"] = word_of(kOwners, rules.owner);
    object["firstWindow"] = word_of(kFirstWindows, rules.first_window);
    object["misfire"] = word_of(kMisfires, rules.misfire);
    object["lateProof"] = word_of(kLateProofs, rules.late_proof);
    object["grace"] = to_duration_text(rules.grace);
    object["onUnknown"] = {{"punishment", word_of(kProgressOnUnknown, rules.on_unknown_punishment)},
                           {"progress", word_of(kProgressOnUnknown, rules.on_unknown_progress)}};
}

}  // namespace cadenced::wire
