#include "ledger/token_lives.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "ledger/deliveries.hpp"
#include "ledger/event_json.hpp"
#include "ledger/lane.hpp"
#include "ledger/rows.hpp"

namespace ledger {
namespace {

using cadence::Instant;
using cadence::SessionId;

struct Dying {
    SessionId session;
    std::string hash;
};

std::vector<Dying> find_dying(Database& database, const char* sql, Instant until, int limit) {
    auto row = database.query(sql);
    row.bind(until, limit);
    std::vector<Dying> found;
    while (row.step()) found.push_back({{row.text(0)}, row.text(1)});
    return found;
}

// What is queued waits again where no token is left that could carry it.
void park_if_stranded(Database& database, const SessionId& session, const cadence::Policy& policy,
                      Instant now) {
    if (has_usable_token(database, session, now, policy.token_margin)) return;
    park_queued(database, session, now);
}

int bury(Database& database, const std::vector<Dying>& dying, const char* death,
         const cadence::Policy& policy, Instant now) {
    for (const Dying& token : dying) {
        database.execute(
            "UPDATE token SET secret = NULL, verify_due_at_ms = NULL, set_aside_until_ms = NULL,"
            " died_at_ms = ?3, death = ?4 WHERE session = ?1 AND hash = ?2",
            token.session, token.hash, now, death);
        record_event(database, now, "token.died", token.session, std::nullopt, std::nullopt,
                     event_detail({{"death", death}}));
        park_if_stranded(database, token.session, policy, now);
        refresh_lane(database, token.session, now);
    }
    return static_cast<int>(dying.size());
}

// Within the margin nothing is sent with it any more: what is queued says so.
void park_at_margin(Database& database, const cadence::Policy& policy, Instant now, int limit) {
    const auto ending = find_dying(database,
                                   "SELECT session, hash FROM token WHERE died_at_ms IS NULL"
                                   " AND expires_at_ms <= ?1 ORDER BY expires_at_ms LIMIT ?2",
                                   now + policy.token_margin, limit);
    for (const Dying& token : ending) {
        if (has_usable_token(database, token.session, now, policy.token_margin)) continue;
        park_queued(database, token.session, now);
        refresh_lane(database, token.session, now);
    }
}

std::optional<Instant> first_after(Database& database, const char* sql, Instant after) {
    auto row = database.query(sql);
    row.bind(after);
    if (!row.step()) return std::nullopt;
    return row.maybe_instant(0);
}

}  // namespace

int bury_tokens(Database& database, const cadence::Policy& policy, Instant now, int limit) {
    const auto expired = find_dying(database,
                                    "SELECT session, hash FROM token WHERE died_at_ms IS NULL"
                                    " AND expires_at_ms <= ?1 LIMIT ?2",
                                    now, limit);
    int died = bury(database, expired, "expired", policy, now);
    const auto refused = find_dying(database,
                                    "SELECT session, hash FROM token WHERE died_at_ms IS NULL"
                                    " AND set_aside_until_ms IS NOT NULL"
                                    " AND set_aside_until_ms <= ?1 LIMIT ?2",
                                    now, limit);
    died += bury(database, refused, "refused", policy, now);
    park_at_margin(database, policy, now, limit);
    return died;
}

std::optional<Instant> next_token_change(Database& database, const cadence::Policy& policy,
                                         Instant now) {
    const auto expiry = first_after(
        database,
        "SELECT min(expires_at_ms) FROM token WHERE died_at_ms IS NULL AND expires_at_ms > ?1",
        Instant::min());
    const auto beyond_margin = first_after(
        database,
        "SELECT min(expires_at_ms) FROM token WHERE died_at_ms IS NULL AND expires_at_ms > ?1",
        now + policy.token_margin);
    auto set_aside = first_after(database,
                                 "SELECT min(set_aside_until_ms) FROM token"
                                 " WHERE died_at_ms IS NULL AND set_aside_until_ms IS NOT NULL"
                                 " AND set_aside_until_ms > ?1",
                                 Instant::min());
    std::optional<Instant> next = expiry;
    if (set_aside) next = std::min(next.value_or(*set_aside), *set_aside);
    if (beyond_margin) {
        const Instant margin_begins = *beyond_margin - policy.token_margin;
        next = std::min(next.value_or(margin_begins), margin_begins);
    }
    return next;
}

}  // namespace ledger
