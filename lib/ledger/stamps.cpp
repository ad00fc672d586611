#include "ledger/stamps.hpp"

#include <algorithm>
#include <set>
#include <vector>

#include "ledger/judgement.hpp"
#include "ledger/proof_moves.hpp"
#include "ledger/rows.hpp"
#include "ledger/savepoint.hpp"
#include "ledger/timeline.hpp"

namespace ledger {
namespace {

using cadence::Duration;
using cadence::Instant;
using cadence::RequirementId;
using cadence::Result;
using cadence::WindowId;

// A clock that is slewed, or set by less, stamps well enough.
constexpr std::chrono::seconds kExact{2};
// What a machine's clock may lose while it is off.
constexpr std::chrono::minutes kDrift{5};
// A window that begins this soon may keep the proofs it was given.
constexpr std::chrono::hours kSoon{24};
// So that a daemon which no platform ever tells the time remembers no more than it can bear.
constexpr int kMostStamps{20'000};
// A requirement that was not in force when the clock was set right may be so again.
constexpr std::chrono::hours kMayComeAgain{24 * 7};
// Of a stamp, by the clock that the machine has started anew with (stamp.restarted).
constexpr std::int64_t kImpossible{1};
constexpr std::int64_t kPossible{2};
// Windows that a clock so far ahead would have to open are not worth it.
constexpr int kMostOpened{64};

struct Times {
    Instant happened;
    Instant received;
    bool operator==(const Times& other) const {
        return happened == other.happened && received == other.received;
    }
};

struct Stamped {
    StoredProof proof;
    Instant at;
    Duration uptime{0};
    std::int64_t restarted{0};
    std::optional<Instant> home;
    std::optional<Instant> given;
    Times times;
    RequirementId requirement;
    WindowId window;

    [[nodiscard]] Times stamp_by(Instant received) const {
        return {std::min(given.value_or(received), received), received};
    }
    [[nodiscard]] Times first_times() const { return stamp_by(at); }
};

// Those that the clock of now may stamp otherwise, all or one requirement's. `booted`: when the
// machine has started, by that clock.
std::vector<Stamped> load_stamped(Database& database, Instant booted,
                                  std::optional<RequirementId> only) {
    auto row = database.query(
        "SELECT p.id, s.at_ms, s.up_ms, p.given_happened_at_ms, p.happened_at_ms,"
        " p.received_at_ms, p.requirement, p.window, p.delivery, p.amount, p.counted, s.restarted,"
        " s.home_ms FROM stamp s CROSS JOIN proof p ON p.id = s.proof JOIN requirement r"
        " ON r.id = p.requirement JOIN session e ON e.id = r.session AND e.state <> 'ended'"
        " WHERE (abs(s.at_ms - s.up_ms - ?1) > ?2 OR p.received_at_ms <> s.at_ms)"
        " AND ifnull(p.requirement = ?3, 1) ORDER BY s.id");
    row.bind(booted, Duration{kExact}, only);
    std::vector<Stamped> all;
    while (row.step()) {
        Stamped one{.proof = {.amount = {{row.text(0)}, row.integer(9)},
                              .delivery = {},
                              .counted = row.boolean(10)},
                    .at = row.instant(1),
                    .uptime = Duration{row.integer(2)},
                    .restarted = row.integer(11),
                    .home = row.maybe_instant(12),
                    .given = row.maybe_instant(3),
                    .times = {row.instant(4), row.instant(5)},
                    .requirement = {row.integer(6)},
                    .window = {row.integer(7)}};
        if (const auto delivery = row.maybe_integer(8)) one.proof.delivery = {*delivery};
        all.push_back(std::move(one));
    }
    return all;
}

// Of the two times it was stamped with before the machine started anew.
std::optional<Instant> nearer_to(Instant then, Instant now, const Stamped& stamped) {
    const auto is_possible = [now](Instant instant) { return instant <= now + kDrift; };
    if (!stamped.home) return std::nullopt;
    if (!is_possible(stamped.at) && !is_possible(*stamped.home)) return std::nullopt;
    if (!is_possible(stamped.at)) return stamped.home;
    if (!is_possible(*stamped.home)) return stamped.at;
    const bool home = std::chrono::abs(then - *stamped.home) < std::chrono::abs(then - stamped.at);
    return home ? *stamped.home : stamped.at;
}

Instant received_by_clock_of(Instant now, Instant booted, const Stamped& stamped) {
    const Instant then = booted + stamped.uptime;
    if (std::chrono::abs(then - stamped.at) <= kExact) return stamped.at;
    if (const auto nearer = nearer_to(then, now, stamped)) return *nearer;
    // None came in later than it was stamped by a clock that was ahead; and a stamp that may be
    // right is believed.
    if (stamped.restarted == kImpossible) return std::min(then, stamped.at);
    if (stamped.restarted == kPossible && stamped.at <= now) return stamped.at;
    return then;
}

std::optional<WindowId> find_window_of(Database& database, RequirementId requirement,
                                       Instant instant) {
    auto row = database.query(
        "SELECT id, end_at_ms > ?2 FROM window WHERE requirement = ?1 AND start_at_ms <= ?2"
        " ORDER BY start_at_ms DESC LIMIT 1");
    row.bind(requirement, instant);
    if (!row.step() || !row.boolean(1)) return std::nullopt;
    return WindowId{row.integer(0)};
}

class Stamping {
  public:
    Stamping(Database& database, cadence::Zones& zones, const cadence::Policy& policy, Instant now)
        : database_(database), zones_(zones), policy_(policy), now_(now) {}

    // One that the database refuses must not keep the clock from being followed.
    void stamp(const Stamped& stamped, const Times& times) {
        const auto home = find_home(stamped.requirement, times.happened);
        if (!home) return;
        static_cast<void>(apart(database_, [this, &stamped, &times, &home]() -> Result<void> {
            stamp_in(stamped, times, *home);
            return {};
        }));
    }

  private:
    // Also when it has begun and is not open yet.
    std::optional<WindowId> find_home(RequirementId requirement, Instant happened) {
        auto home = find_window_of(database_, requirement, happened);
        if (home || !opened_.insert(requirement.value).second) return home;
        const auto newest = find_newest_window(database_, requirement);
        if (!newest || happened < newest->end) return std::nullopt;
        // A zone that cannot be read is the docket's to tell.
        static_cast<void>(apart(database_, [this, requirement] {
            return open_windows(database_, zones_, requirement, policy_, now_, kMostOpened);
        }));
        return find_window_of(database_, requirement, happened);
    }

    void stamp_in(const Stamped& stamped, const Times& times, WindowId home) {
        const WindowRow from = load_window(database_, stamped.window);
        const WindowRow to = load_window(database_, home);
        const bool moves = home != stamped.window;
        const bool met = to.verdict && to.verdict->kind == cadence::VerdictKind::Met;
        const bool back = times == stamped.first_times();
        if (moves && met && !back && from.start <= now_ + kSoon) return;
        database_.execute("UPDATE proof SET happened_at_ms = ?2, received_at_ms = ?3 WHERE id = ?1",
                          stamped.proof.amount.id, times.happened, times.received);
        if (moves) move_proof(database_, stamped.proof, from, to, now_);
        if (!stamped.proof.counted) {
            count_after_all(database_, stamped.proof, to, times.received, now_);
        }
    }

    Database& database_;
    cadence::Zones& zones_;
    const cadence::Policy& policy_;
    const Instant now_;
    std::set<std::int64_t> opened_;  // requirements that were tried to
};

void stamp_all(Database& database, cadence::Zones& zones, const cadence::Policy& policy,
               Instant now, Instant booted, std::optional<RequirementId> only) {
    Stamping stamping(database, zones, policy, now);
    for (const Stamped& stamped : load_stamped(database, booted, only)) {
        const Times times = stamped.stamp_by(received_by_clock_of(now, booted, stamped));
        if (!(times == stamped.times)) stamping.stamp(stamped, times);
    }
}

// For what is stamped between two settings of the clock.
void remember_boot(Database& database, Instant booted) {
    database.execute(
        "INSERT INTO meta (key, value) VALUES ('booted_at_ms', ?1) ON CONFLICT (key) DO UPDATE"
        " SET value = excluded.value WHERE abs(CAST(value AS INTEGER) - ?1) > ?2",
        booted, Duration{kExact});
}

std::optional<Instant> find_boot(Database& database) {
    auto row = database.query("SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'booted_at_ms'");
    if (!row.step()) return std::nullopt;
    return row.instant(0);
}

// As it was when the machine started anew.
struct Restarted {
    std::int64_t id{0};
    Instant at;
    Instant received;              // what it is stamped with
    std::optional<Instant> other;  // what another clock has, or had, stamped it with

    [[nodiscard]] std::optional<Instant> home() const {
        if (!other) return std::nullopt;
        return received == at ? other : received;
    }
};

std::vector<Restarted> load_restarted(Database& database) {
    auto row = database.query(
        "SELECT s.id, s.at_ms, p.received_at_ms,"
        " iif(abs(p.received_at_ms - s.at_ms) > ?1, s.at_ms, s.home_ms)"
        " FROM stamp s CROSS JOIN proof p ON p.id = s.proof ORDER BY s.id");
    row.bind(Duration{kExact});
    std::vector<Restarted> all;
    while (row.step()) {
        all.push_back({row.integer(0), row.instant(1), row.instant(2), row.maybe_instant(3)});
    }
    return all;
}

// Whether the clock that the machine has started with goes on from the one that says `other`, not
// from the one that says `received`, which has shown `lived` last: by which it was off for a
// shorter time, and not for less than none.
bool goes_on_from(Instant other, Instant received, Instant lived, Instant now) {
    const auto doubt = [](Duration off) {
        return off < -kDrift ? Duration::max() : std::max(off, Duration::zero());
    };
    const Duration off = now - lived;
    return doubt(off + (received - other)) < doubt(off);
}

}  // namespace

void note_stamp(Database& database, const engine::Proof& proof, Instant now) {
    database.execute("INSERT INTO stamp (proof, at_ms, up_ms) VALUES (?1, ?2, ?3)", proof.id, now,
                     proof.uptime);
}

void forget_stamps(Database& database, Instant booted, Duration confirmed_at) {
    database.execute(
        "DELETE FROM stamp WHERE up_ms <= ?1 AND (up_ms <= ?1 - ?4 OR abs(at_ms - up_ms - ?2) <= ?3"
        " OR NOT EXISTS (SELECT 1 FROM proof p JOIN requirement r ON r.id = p.requirement"
        "  WHERE p.id = stamp.proof AND r.next_window_at_ms IS NULL))",
        confirmed_at, booted, Duration{kExact}, Duration{kMayComeAgain});
}

void bound_stamps(Database& database) {
    database.execute("DELETE FROM stamp WHERE id <= (SELECT max(id) FROM stamp) - ?1", kMostStamps);
}

void reckon_uptimes(Database& database, Instant lived, Instant now, Duration uptime) {
    for (const Restarted& one : load_restarted(database)) {
        const Instant from = one.other && goes_on_from(*one.other, one.received, lived, now)
                                 ? *one.other
                                 : one.received;
        database.execute("UPDATE stamp SET up_ms = ?2, restarted = ?3, home_ms = ?4 WHERE id = ?1",
                         one.id, uptime - (now - std::min(from, now)),
                         one.at > now ? kImpossible : kPossible, one.home());
    }
}

void stamp_anew(Database& database, cadence::Zones& zones, const cadence::Policy& policy,
                Instant now, Duration uptime) {
    remember_boot(database, now - uptime);
    stamp_all(database, zones, policy, now, now - uptime, std::nullopt);
}

void stamp_resumed(Database& database, cadence::Zones& zones, RequirementId requirement,
                   const cadence::Policy& policy, Instant now) {
    const auto booted = find_boot(database);
    if (booted) stamp_all(database, zones, policy, now, *booted, requirement);
}

}  // namespace ledger
