#include "ledger/rows.hpp"

#include <array>
#include <charconv>
#include <cstdio>
#include <utility>

#include "cadence/words.hpp"

namespace ledger {
namespace {

using cadence::Instant;
using cadence::Rules;
namespace words = cadence::words;

[[noreturn]] void damaged(const std::string& what) {
    throw StorageFailure({cadence::ErrorCode::StorageCorrupt,
                          "the database holds " + what + ", which nothing here writes",
                          {}});
}

template <class Value, std::size_t N>
Value parse_word(const std::array<words::Word<Value>, N>& known, const std::string& text) {
    const auto value = words::find_word(known, text);
    if (!value) damaged("the word '" + text + "'");
    return *value;
}

int to_int(std::int64_t value) { return static_cast<int>(value); }

cadence::Cadence cadence_of(const Query& row) {
    return {.unit = parse_word(words::kCadenceUnits, row.text(1)),
            .every = to_int(row.integer(2)),
            .week_start = std::chrono::weekday{static_cast<unsigned>(row.integer(3))},
            .anchor = parse_date(row.text(4))};
}

Rules rules_of(const Query& row) {
    Rules rules;
    rules.zone = row.text(0);
    rules.cadence = cadence_of(row);
    rules.required_count = to_int(row.integer(5));
    rules.punishment = {.type = parse_word(words::kPunishmentTypes, row.text(6)),
                        .seconds = std::chrono::seconds{row.integer(7)},
                        .reason = row.text(8)};
    rules.owner = parse_word(words::kOwners, row.text(9));
    rules.first_window = parse_word(words::kFirstWindows, row.text(10));
    rules.misfire = parse_word(words::kMisfires, row.text(11));
    rules.late_proof = parse_word(words::kLateProofs, row.text(12));
    rules.grace = cadence::Duration{row.integer(13)};
    rules.key = row.text(14);
    rules.on_unknown_punishment = parse_word(words::kProgressOnUnknown, row.text(15));
    rules.on_unknown_progress = parse_word(words::kProgressOnUnknown, row.text(16));
    return rules;
}

int parse_digits(const std::string& text, std::size_t begin, std::size_t count) {
    int value = 0;
    const char* const first = text.data() + begin;
    const auto [end, error] = std::from_chars(first, first + count, value);
    if (error != std::errc{} || end != first + count) damaged("the date '" + text + "'");
    return value;
}

}  // namespace

std::string to_text(cadence::LocalDate date) {
    const std::chrono::year_month_day civil{date};
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%04d-%02u-%02u", static_cast<int>(civil.year()),
                  static_cast<unsigned>(civil.month()), static_cast<unsigned>(civil.day()));
    return text.data();
}

cadence::LocalDate parse_date(const std::string& text) {
    if (text.size() != 10 || text[4] != '-' || text[7] != '-') damaged("the date '" + text + "'");
    const std::chrono::year_month_day civil{
        std::chrono::year{parse_digits(text, 0, 4)},
        std::chrono::month{static_cast<unsigned>(parse_digits(text, 5, 2))},
        std::chrono::day{static_cast<unsigned>(parse_digits(text, 8, 2))}};
    if (!civil.ok()) damaged("the date '" + text + "'");
    return cadence::LocalDate{civil};
}

cadence::OnUnknown parse_on_unknown(const std::string& text) {
    return parse_word(words::kProgressOnUnknown, text);
}

Rules load_rules(Database& database, cadence::RequirementId requirement, int ordinal) {
    auto row = database.query(
        "SELECT zone, unit, every, week_start, anchor_date, required_count, punishment_type,"
        " punishment_seconds, punishment_reason, owner, first_window, misfire, late_proof,"
        " grace_ms, platform_key, on_unknown_punishment, on_unknown_progress"
        " FROM generation WHERE requirement = ?1 AND ordinal = ?2");
    row.bind(requirement, ordinal);
    if (!row.step()) damaged("a requirement without the rules of a generation");
    return rules_of(row);
}

void store_rules(Database& database, cadence::RequirementId requirement, int ordinal,
                 const Rules& rules, Instant now) {
    database.execute(
        "INSERT INTO generation (requirement, ordinal, zone, unit, every, week_start, anchor_date,"
        " required_count, punishment_type, punishment_seconds, punishment_reason, owner,"
        " first_window, misfire, late_proof, grace_ms, platform_key, on_unknown_punishment,"
        " on_unknown_progress, created_at_ms) VALUES"
        " (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18,?19,?20)",
        requirement, ordinal, rules.zone, words::word_of(words::kCadenceUnits, rules.cadence.unit),
        rules.cadence.every, static_cast<int>(rules.cadence.week_start.iso_encoding()),
        to_text(rules.cadence.anchor), rules.required_count,
        words::word_of(words::kPunishmentTypes, rules.punishment.type),
        static_cast<std::int64_t>(rules.punishment.seconds.count()), rules.punishment.reason,
        words::word_of(words::kOwners, rules.owner),
        words::word_of(words::kFirstWindows, rules.first_window),
        words::word_of(words::kMisfires, rules.misfire),
        words::word_of(words::kLateProofs, rules.late_proof),
        static_cast<std::int64_t>(rules.grace.count()), rules.key,
        words::word_of(words::kProgressOnUnknown, rules.on_unknown_punishment),
        words::word_of(words::kProgressOnUnknown, rules.on_unknown_progress), now);
}

std::vector<cadence::ContextSeen> load_contexts(Database& database,
                                                const cadence::SessionId& session,
                                                Instant window_end) {
    auto row = database.query(
        "SELECT at_ms, metric, punishes FROM context_seen WHERE session = ?1 AND at_ms >="
        " ifnull((SELECT max(at_ms) FROM context_seen WHERE session = ?1 AND at_ms < ?2), ?2)"
        " ORDER BY at_ms");
    row.bind(session, window_end);
    std::vector<cadence::ContextSeen> seen;
    while (row.step()) {
        seen.push_back({.at = row.instant(0), .metric = row.text(1), .punishes = row.boolean(2)});
    }
    return seen;
}

bool has_usable_token(Database& database, const cadence::SessionId& session, Instant now,
                      cadence::Duration margin) {
    auto row = database.query(
        "SELECT 1 FROM token JOIN session ON session.id = token.session"
        " WHERE token.session = ?1 AND session.state = 'active' AND died_at_ms IS NULL"
        " AND set_aside_until_ms IS NULL AND expires_at_ms > ?2");
    row.bind(session, now + margin);
    return row.step();
}

std::string zone_in_force(Database& database, const cadence::SessionId& session) {
    auto row = database.query(
        "SELECT coalesce(timezone, learnt_timezone, default_timezone) FROM session WHERE id = ?1");
    row.bind(session);
    return row.step() ? row.text(0) : std::string{"UTC"};
}

Instant paused_until(Database& database, const cadence::SessionId& session, Instant now) {
    auto row = database.query(
        // One that begins later was begun before the clock was set back: it runs, too.
        "SELECT max(until_at_ms) FROM pause WHERE session = ?1 AND until_at_ms > ?2");
    row.bind(session, now);
    if (!row.step()) return now;
    return row.maybe_instant(0).value_or(now);
}

bool is_braked(Database& database) { return database.query("SELECT 1 FROM brake").step(); }

}  // namespace ledger
