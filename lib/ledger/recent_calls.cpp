#include "ledger/recent_calls.hpp"

#include <algorithm>
#include <set>

#include "cadence/rate_window.hpp"

namespace ledger {
namespace {

using cadence::Instant;
using engine::RecentCall;

constexpr std::chrono::minutes kLongestCall{2};
// More than any daemon makes in so short a time; on a clock that was ahead the trail is of no use.
constexpr int kMostEvents = 100'000;

// No index knows when attempts began, but the trail is in that order.
std::set<std::int64_t> find_sent_since(Database& database, Instant since) {
    auto row = database.query(
        "SELECT at_ms, kind = 'delivery.inFlight', delivery FROM event ORDER BY id DESC LIMIT ?1");
    row.bind(kMostEvents);
    std::set<std::int64_t> sent;
    while (row.step() && row.instant(0) >= since) {
        if (row.boolean(1)) sent.insert(row.integer(2));
    }
    return sent;
}

void add_attempts(Database& database, std::int64_t delivery, Instant now,
                  std::vector<RecentCall>& calls) {
    auto row = database.query(
        "SELECT d.session, s.platform, a.started_at_ms + a.duration_ms,"
        " a.outcome IS NULL OR a.outcome = 'unknown' FROM attempt a"
        " JOIN delivery d ON d.id = a.delivery JOIN session s ON s.id = d.session"
        " WHERE a.delivery = ?1 AND a.outcome IS NOT 'not_sent'");
    row.bind(delivery);
    while (row.step()) {
        // One that broke off may arrive as late as now.
        const Instant at = row.boolean(3) ? now : std::min(row.instant(2), now);
        if (at > now - cadence::RateWindow::kSpan) {
            calls.push_back({{row.text(0)}, row.text(1), at});
        }
    }
}

}  // namespace

std::vector<RecentCall> find_recent_calls(Database& database, Instant now) {
    std::vector<RecentCall> calls;
    const Instant since = now - cadence::RateWindow::kSpan - kLongestCall;
    for (const std::int64_t delivery : find_sent_since(database, since)) {
        add_attempts(database, delivery, now, calls);
    }
    std::stable_sort(calls.begin(), calls.end(),
                     [](const RecentCall& a, const RecentCall& b) { return a.at < b.at; });
    return calls;
}

}  // namespace ledger
