#include "tests/ledger/stocked_ledger.hpp"

#include <stdexcept>

#include "cadence/zone_rules.hpp"
#include "ledger/attempts.hpp"
#include "ledger/contexts.hpp"
#include "ledger/due_work.hpp"
#include "ledger/heartbeats.hpp"
#include "ledger/lane.hpp"
#include "ledger/launches.hpp"
#include "ledger/pauses.hpp"
#include "ledger/proofs.hpp"
#include "ledger/record_status.hpp"
#include "ledger/sessions.hpp"
#include "ledger/store.hpp"
#include "tests/ledger/stored_copies.hpp"

namespace ledger_test {
namespace {

using namespace std::chrono_literals;
using cadence::Instant;
using cadence::SessionId;
using ledger::Database;

constexpr int kWays = 10;
constexpr int kBatch = 500;

template <class T>
T must(cadence::Result<T> result) {
    if (!result) throw std::runtime_error(result.error().detail);
    if constexpr (!std::is_void_v<T>) return *std::move(result);
}

// The daemon's hands and its clock.
class Hands {
  public:
    Hands(Database& database, cadence::Zones& zones, Instant at)
        : now(at), db_(database), zones_(zones) {}

    // Without an outage, as a daemon that lives on.
    void live_until(Instant until) {
        now = until;
        db_.execute(
            "INSERT INTO heartbeat (id, at_ms) VALUES (1, ?1)"
            " ON CONFLICT (id) DO UPDATE SET at_ms = excluded.at_ms",
            now);
    }
    void enrol(const std::string& id, const std::string& zone) {
        cadence::RequirementSpec requirement;
        requirement.metric = "check_in";
        requirement.rules.key = "check_in";
        requirement.rules.punishment = {cadence::PunishmentType::AddTime, 3600s, ""};
        requirement.rules.first_window = cadence::FirstWindow::Strict;
        cadence::SessionSpec spec{{id}, "chastify", zone, "UTC", {std::move(requirement)}};
        must(ledger::put_session(db_, zones_, spec, policy, now));
    }
    void launch(const std::string& id) {
        engine::Launch given;
        given.session = {id};
        given.token = cadence::Secret("token-" + std::to_string(cadence::to_ms(now)));
        given.launched_at = now;
        given.platform = "chastify";
        const std::string hash = ledger::hash_of_token(given.token.reveal());
        must(ledger::add_launch(db_, zones_, given, policy, now));
        must(ledger::record_context(db_, zones_, context_of(id, hash), policy, now));
    }
    void prove(const std::string& id) {
        const engine::Proof proof{
            {id + ":" + std::to_string(cadence::to_ms(now))}, {id}, "check_in", 1, std::nullopt};
        must(ledger::add_proof(db_, zones_, proof, policy, now));
    }
    void work_off() {
        while (ledger::work_off(db_, zones_, policy, now, kBatch).more) {
        }
    }
    engine::LaneHead head_of(const std::string& id) {
        return must(ledger::load_lane(db_, {id}, policy, now, 2s));
    }
    // Sends what the lane has first, and it is applied.
    bool deliver(const std::string& id) {
        const auto head = head_of(id);
        if (head.todo != engine::LaneHead::Todo::Send) return false;
        engine::BeginAttempt begin{head.delivery, head.token->hash, std::nullopt};
        if (head.kind != cadence::DeliveryKind::Progress) {
            begin.found = context_of(id, head.token->hash);
            begin.found->context.lock = engine::LockReading{now, false, 100'000, 100'000};
        }
        const auto attempt = must(ledger::begin_attempt(db_, zones_, begin, policy, now));
        cadence::Answer answer;
        answer.kind = cadence::AnswerKind::Applied;
        answer.http_status = 200;
        must(ledger::finish_attempt(db_, head.delivery, attempt.number, answer, 0.5, now));
        return true;
    }
    Database& database() { return db_; }
    cadence::Zones& zones() { return zones_; }

    Instant now;
    const cadence::Policy policy;

  private:
    // The platform punishes nothing itself.
    [[nodiscard]] engine::ContextFound context_of(const std::string& id,
                                                  const std::string& hash) const {
        engine::ContextFound found;
        found.session = {id};
        found.token_hash = hash;
        found.context.lock.at = now;
        found.context.requirements.emplace();
        return found;
    }

    Database& db_;
    cadence::Zones& zones_;
};

std::string name_of(int way) { return "wearer-" + std::to_string(way); }

void live_a_day(Hands& hands) {
    for (int way = 0; way < 4; ++way) hands.prove(name_of(way));
    for (int way = 0; way < 3; ++way) {
        hands.launch(name_of(way));
        while (hands.deliver(name_of(way))) {
        }
    }
    hands.live_until(hands.now + 24h);
    hands.work_off();
}

void live(Hands& hands, const Stock& stock) {
    hands.live_until(stock.now - stock.days * 24h - 1h);
    for (int way = 0; way < kWays; ++way) {
        const auto& zone = stock.zones[static_cast<std::size_t>(way) % stock.zones.size()];
        hands.enrol(name_of(way), zone);
    }
    for (int day = 0; day < stock.days; ++day) live_a_day(hands);
    for (int way = 0; way < 3; ++way) hands.launch(name_of(way));
    must(ledger::pause_session(hands.database(), {name_of(8)}, stock.now + 240h, "", hands.now));
    ledger::end_session_rows(hands.database(), {name_of(9)}, "lock_ended", hands.now);
    hands.live_until(stock.now);
    hands.work_off();
    ledger::mark_clean_stop(hands.database(), stock.now);
}

// Nothing is kept that a crash would need: whoever makes a file for a test makes it anew then.
void hasten(Database& database) {
    for (const char* const pragma : {"PRAGMA locking_mode = EXCLUSIVE", "PRAGMA journal_mode = OFF",
                                     "PRAGMA synchronous = OFF", "PRAGMA cache_size = -300000"}) {
        auto row = database.query(pragma);
        while (row.step()) {
        }
    }
}

class Counting {
  public:
    Counting(Hands& hands, std::vector<UnitCost>& costs) : hands_(hands), costs_(costs) {}

    void count(const std::string& unit, int due, const std::function<void()>& work) {
        WorkMeter meter(hands_.database().handle());
        work();
        costs_.push_back({unit, due, meter.take()});
    }
    void count_all(int due, const std::string& first) {
        Database& database = hands_.database();
        count("beat", due, [this, &database] {
            static_cast<void>(ledger::beat(database, hands_.policy, hands_.now));
        });
        count("work_off", due, [this, &database] {
            static_cast<void>(
                ledger::work_off(database, hands_.zones(), hands_.policy, hands_.now, kBatch));
        });
        count("find_due_lanes", due, [this, &database] {
            static_cast<void>(ledger::find_due_lanes(database, hands_.now, 2 * 64));
        });
        count("load_lane", due, [this, &first] { static_cast<void>(hands_.head_of(first)); });
        count("load_status", due, [this, &database] {
            static_cast<void>(ledger::load_status(database, hands_.policy, hands_.now));
        });
    }

  private:
    Hands& hands_;
    std::vector<UnitCost>& costs_;
};

}  // namespace

void make_stocked_ledger(const std::string& path, cadence::Zones& zones, const Stock& stock) {
    auto opened = must(ledger::open_ledger(path));
    Database& database = opened.database;
    hasten(database);
    database.execute_script("BEGIN");
    Hands hands(database, zones, stock.now);
    live(hands, stock);
    database.execute_script("COMMIT");
    copy_stored(database.handle(), stock.lock_sessions / kWays - 1);
    auto row = database.query("PRAGMA journal_mode = WAL");
    static_cast<void>(row.step());
}

std::vector<UnitCost> count_wake_ups(Database& database, cadence::Zones& zones, Instant now,
                                     const std::vector<Owing>& all_owing) {
    std::vector<UnitCost> costs;
    Hands hands(database, zones, now);
    Counting counting(hands, costs);
    hands.live_until(now + 1min);
    hands.work_off();
    counting.count_all(0, name_of(0));
    for (const Owing& owing : all_owing) {
        const auto zone = must(zones.find_zone(owing.zone));
        const std::string name = "owing-" + std::to_string(owing.due) + "-";
        for (int i = 0; i < owing.due; ++i) {
            hands.enrol(name + std::to_string(i), owing.zone);
            hands.launch(name + std::to_string(i));
        }
        hands.live_until(zone->day_start(zone->day_of(hands.now) + std::chrono::days{1}) + 5min);
        counting.count_all(owing.due, name + "0");
        counting.count("send and answer", owing.due,
                       [&hands, &name] { hands.deliver(name + "0"); });
        for (int i = 0; i < owing.due; ++i) {
            while (hands.deliver(name + std::to_string(i))) {
            }
        }
    }
    return costs;
}

}  // namespace ledger_test
