#include "ledger/record_lists.hpp"

#include <algorithm>
#include <limits>
#include <tuple>

#include "ledger/cursor.hpp"
#include "ledger/record_rows.hpp"
#include "ledger/rows.hpp"

namespace ledger {
namespace {

using cadence::ErrorCode;
using cadence::Instant;
using cadence::Result;
using engine::DeliveryRecord;
using engine::Page;
using engine::WindowRecord;

constexpr const char* kWindows = "windows";
constexpr const char* kDeliveries = "deliveries";

// Where a page of windows begins: after this start, and at this start after this metric.
struct WindowKey {
    std::int64_t start{0};
    std::string metric;
};

Result<std::optional<WindowKey>> key_of(const engine::WindowQuery& query) {
    if (!query.cursor) return std::optional<WindowKey>{};
    auto parts = parse_cursor(kWindows, *query.cursor, 2);
    if (!parts) return tl::unexpected(parts.error());
    const auto start = parse_cursor_number(parts->at(0));
    if (!start) return tl::unexpected(start.error());
    return std::optional<WindowKey>{{*start, parts->at(1)}};
}

struct Owed {
    cadence::RequirementId id;
    std::string metric;
};

Result<std::vector<Owed>> find_owed(Database& database, const engine::WindowQuery& query) {
    auto known = database.query("SELECT 1 FROM session WHERE id = ?1");
    known.bind(query.session);
    if (!known.step()) {
        return cadence::fail(ErrorCode::NotFound,
                             "there is no lock session " + query.session.value);
    }
    auto row = database.query(
        "SELECT id, metric FROM requirement WHERE session = ?1 AND (?2 IS NULL OR metric = ?2)");
    row.bind(query.session, query.metric);
    std::vector<Owed> found;
    while (row.step()) found.push_back({{row.integer(0)}, row.text(1)});
    return found;
}

// Windows tile time: the first that intersects [from, …) is the last to start at or before it.
void add_windows(Database& database, const engine::WindowQuery& query, const Owed& owed,
                 const std::optional<WindowKey>& after, std::vector<WindowRecord>& found) {
    static const std::string sql =
        kSelectWindows +
        "WHERE w.requirement = ?1 AND w.start_at_ms >= max(?4, ifnull((SELECT max(start_at_ms)"
        " FROM window WHERE requirement = ?1 AND start_at_ms <= ?2), ?2))"
        " AND w.end_at_ms > ?2 AND w.start_at_ms < ?3 ORDER BY w.start_at_ms LIMIT ?5";
    constexpr std::int64_t kFirst = std::numeric_limits<std::int64_t>::min();
    constexpr std::int64_t kLast = std::numeric_limits<std::int64_t>::max();
    std::int64_t least = kFirst;
    if (after) least = owed.metric > after->metric ? after->start : after->start + 1;
    auto row = database.query(sql);
    row.bind(owed.id, query.from ? cadence::to_ms(*query.from) : kFirst,
             query.to ? cadence::to_ms(*query.to) : kLast, least, query.limit + 1);
    while (row.step()) found.push_back(window_record(row));
}

std::vector<DeliveryRecord> find_deliveries(Database& database, const engine::DeliveryQuery& query,
                                            std::int64_t after) {
    // One statement a filter, so that each has its index.
    static const std::string all = kSelectDeliveries + "WHERE d.id > ?1 ORDER BY d.id LIMIT ?2";
    static const std::string by_state =
        kSelectDeliveries + "WHERE d.id > ?1 AND d.state = ?3 ORDER BY d.id LIMIT ?2";
    static const std::string by_session =
        kSelectDeliveries +
        "WHERE d.id > ?1 AND d.session = ?4 AND (?3 IS NULL OR d.state = ?3)"
        " ORDER BY d.id LIMIT ?2";
    std::optional<std::string> state;
    if (query.state) state = cadence::to_string(*query.state);
    auto row = database.query(query.session ? by_session : (state ? by_state : all));
    const int most = query.limit + 1;
    if (query.session) {
        row.bind(after, most, state, *query.session);
    } else if (state) {
        row.bind(after, most, state);
    } else {
        row.bind(after, most);
    }
    std::vector<DeliveryRecord> found;
    while (row.step()) found.push_back(delivery_record(row));
    return found;
}

bool cut(std::size_t limit, auto& items) {
    if (items.size() <= limit) return false;
    items.erase(items.begin() + static_cast<std::ptrdiff_t>(limit), items.end());
    return !items.empty();
}

}  // namespace

Result<Page<WindowRecord>> list_windows(Database& database, const engine::WindowQuery& query) {
    const auto after = key_of(query);
    if (!after) return tl::unexpected(after.error());
    const auto requirements = find_owed(database, query);
    if (!requirements) return tl::unexpected(requirements.error());
    Page<WindowRecord> page;
    for (const Owed& owed : *requirements) add_windows(database, query, owed, *after, page.items);
    std::sort(page.items.begin(), page.items.end(),
              [](const WindowRecord& a, const WindowRecord& b) {
                  return std::tie(a.start, a.metric) < std::tie(b.start, b.metric);
              });
    if (cut(static_cast<std::size_t>(query.limit), page.items)) {
        const WindowRecord& last = page.items.back();
        page.next_cursor =
            make_cursor(kWindows, {std::to_string(cadence::to_ms(last.start)), last.metric});
    }
    return page;
}

Result<engine::WindowExplained> explain_window(Database& database, cadence::WindowId window) {
    static const std::string one_window = kSelectWindows + "WHERE w.id = ?1";
    static const std::string of_window = kSelectDeliveries + "WHERE d.window = ?1 ORDER BY d.id";
    auto row = database.query(one_window);
    row.bind(window);
    if (!row.step()) {
        return cadence::fail(ErrorCode::NotFound,
                             "there is no window " + std::to_string(window.value));
    }
    engine::WindowExplained explained;
    explained.window = window_record(row);
    auto owner = database.query("SELECT requirement FROM window WHERE id = ?1");
    owner.bind(window);
    if (owner.step()) {
        explained.rules = load_rules(database, {owner.integer(0)}, explained.window.generation);
    }
    explained.proofs = load_proofs(database, explained.window);
    auto deliveries = database.query(of_window);
    deliveries.bind(window);
    while (deliveries.step()) explained.deliveries.push_back(delivery_record(deliveries));
    for (auto& delivery : explained.deliveries) {
        delivery.attempts = load_attempts(database, delivery.id);
    }
    return explained;
}

Result<Page<DeliveryRecord>> list_deliveries(Database& database,
                                             const engine::DeliveryQuery& query) {
    std::int64_t after = 0;
    if (query.cursor) {
        const auto parts = parse_cursor(kDeliveries, *query.cursor, 1);
        if (!parts) return tl::unexpected(parts.error());
        const auto id = parse_cursor_number(parts->front());
        if (!id) return tl::unexpected(id.error());
        after = *id;
    }
    Page<DeliveryRecord> page;
    page.items = find_deliveries(database, query, after);
    if (cut(static_cast<std::size_t>(query.limit), page.items)) {
        page.next_cursor = make_cursor(kDeliveries, {std::to_string(page.items.back().id.value)});
    }
    for (auto& delivery : page.items) delivery.attempts = load_attempts(database, delivery.id);
    return page;
}

Result<DeliveryRecord> load_delivery(Database& database, cadence::DeliveryId delivery) {
    static const std::string sql = kSelectDeliveries + "WHERE d.id = ?1";
    auto row = database.query(sql);
    row.bind(delivery);
    if (!row.step()) {
        return cadence::fail(ErrorCode::NotFound,
                             "there is no delivery " + std::to_string(delivery.value));
    }
    auto record = delivery_record(row);
    record.attempts = load_attempts(database, delivery);
    return record;
}

}  // namespace ledger
