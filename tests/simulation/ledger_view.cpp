#include "tests/simulation/ledger_view.hpp"

#include <stdexcept>
#include <unordered_map>
#include <utility>

namespace simulation {
namespace {

// Of the one connection that is open; not those that are being read. Most of an audit was reading
// its own questions.
std::unordered_map<std::string, sqlite3_stmt*>& asked_before() {
    static std::unordered_map<std::string, sqlite3_stmt*> asked;
    return asked;
}

}  // namespace

Rows::Rows(sqlite3* database, const std::string& sql, std::int64_t parameter) : sql_(sql) {
    auto node = asked_before().extract(sql);
    if (!node.empty()) {
        statement_ = node.mapped();
    } else if (sqlite3_prepare_v2(database, sql.c_str(), -1, &statement_, nullptr) != SQLITE_OK) {
        throw std::runtime_error(std::string{sqlite3_errmsg(database)} + ": " + sql);
    }
    if (sqlite3_bind_parameter_count(statement_) > 0) {
        sqlite3_bind_int64(statement_, 1, parameter);
    }
}

Rows::~Rows() {
    sqlite3_reset(statement_);
    if (!asked_before().emplace(std::move(sql_), statement_).second) sqlite3_finalize(statement_);
}

void forget_questions() {
    for (auto const& [sql, statement] : asked_before()) sqlite3_finalize(statement);
    asked_before().clear();
}

bool Rows::next() { return sqlite3_step(statement_) == SQLITE_ROW; }

std::int64_t Rows::number(int column) const { return sqlite3_column_int64(statement_, column); }

std::string Rows::text(int column) const {
    auto const* const text = sqlite3_column_text(statement_, column);
    if (text == nullptr) return {};
    return reinterpret_cast<const char*>(text);
}

bool Rows::null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }

std::optional<WindowSeen> find_window_of(sqlite3* database, std::int64_t delivery) {
    Rows row(database,
             "SELECT w.id, d.session, r.metric, g.platform_key, w.start_at_ms, w.end_at_ms,"
             " g.grace_ms, g.required_count, g.owner, g.late_proof, ifnull(w.verdict, ''),"
             " g.punishment_type, g.punishment_seconds, s.enrolled_by = 'launch',"
             " g.on_unknown_punishment = 'assume_applied',"
             " (SELECT iif(min(v.zone) = max(v.zone), min(v.zone), '') FROM window v"
             "  JOIN requirement q ON q.id = v.requirement WHERE q.session = d.session)"
             " FROM delivery d JOIN window w ON w.id = d.window"
             " JOIN requirement r ON r.id = w.requirement JOIN session s ON s.id = d.session"
             " JOIN generation g ON g.requirement = r.id AND g.ordinal = w.generation"
             " WHERE d.id = ?1",
             delivery);
    if (!row.next()) return std::nullopt;
    WindowSeen seen;
    seen.id = row.number(0);
    seen.session = row.text(1);
    seen.metric = row.text(2);
    seen.key = row.text(3);
    seen.start = row.instant(4);
    seen.end = row.instant(5);
    seen.grace = cadence::Duration{row.number(6)};
    seen.required = row.number(7);
    seen.owner = row.text(8);
    seen.late_proof = row.text(9);
    seen.verdict = row.text(10);
    seen.punishment = row.text(11);
    seen.seconds = row.number(12);
    seen.followed = row.number(13) != 0;
    seen.assumes = row.number(14) != 0;
    seen.zone = row.text(15);
    return seen;
}

}  // namespace simulation
