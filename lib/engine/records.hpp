// The port for questions: everything the status socket shows. Read-only, from the last commit; a
// call neither waits for the writer nor delays it. Lists are pages: at most `limit` rows after
// `cursor`.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cadence/delivery.hpp"
#include "cadence/error.hpp"
#include "cadence/ids.hpp"
#include "cadence/requirement.hpp"
#include "cadence/verdict.hpp"
#include "engine/docket.hpp"
#include "engine/platform.hpp"

namespace engine {

struct WindowRecord {
    cadence::WindowId id;
    cadence::SessionId session;
    std::string metric;
    std::int64_t index{0};
    cadence::Instant start;
    cadence::Instant end;
    cadence::LocalDate local_start;
    cadence::LocalDate local_end;
    std::string zone;
    std::string zone_version;
    int required_count{1};
    std::int64_t count{0};
    std::optional<cadence::Verdict> verdict;
    cadence::Instant judge_at;
    int generation{0};
};

struct ProofRecord {
    cadence::ProofId id;
    std::int64_t amount{1};
    cadence::Instant happened_at;
    cadence::Instant received_at;
    bool counted{true};
    std::string reason;  // in_time, in_grace, late; or why it does not count (late_ignored)
    std::optional<cadence::DeliveryId> delivery;
};

struct SettlingReading {
    LockReading reading;
    std::string says;  // a cadence::Finding's word when it was made, or doubled
};

// How an attempt without a known outcome is settled by looking at the lock.
struct SettlementRecord {
    cadence::Instant given_up_at;
    std::string outcome;  // applied, not_applied, undecided; empty while it is being settled
    std::string because;
    std::vector<SettlingReading> readings;  // oldest first
};

struct AttemptRecord {
    int number{1};
    cadence::Instant at;
    std::string outcome;  // inFlight while there is none, else cadence::to_string(AnswerKind)
    int http_status{0};
    std::string code;
    std::string detail;
    std::optional<cadence::Duration> duration;
    std::optional<LockReading> baseline;
    std::optional<SettlementRecord> settlement;  // of an unknown punishment or undo
};

struct DeliveryRecord {
    cadence::DeliveryId id;
    cadence::SessionId session;
    std::string metric;
    cadence::WindowId window;
    cadence::DeliveryKind kind{cadence::DeliveryKind::Progress};
    cadence::DeliveryState state{cadence::DeliveryState::Waiting};
    std::string reason;
    cadence::Write write;
    bool wanted{true};
    cadence::Instant created_at;
    cadence::Instant updated_at;
    std::optional<cadence::Instant> due_at;
    std::vector<AttemptRecord> attempts;
};

struct WindowExplained {
    WindowRecord window;
    cadence::Rules rules;
    std::vector<ProofRecord> proofs;
    std::vector<DeliveryRecord> deliveries;
};

struct RequirementRecord {
    std::string metric;
    bool enabled{true};
    cadence::Instant active_from;
    cadence::Instant enrolled_at;
    bool punish_past{false};
    int generation{0};
    cadence::Rules rules;              // of the newest generation: from the next boundary on
    std::optional<WindowRecord> open;  // null when none
};

// Of one lock session: what waits for its next launch, and since when without a break.
struct WaitingRecord {
    cadence::Instant since;
    std::int64_t deliveries{0};
    std::int64_t proofs{0};
};

struct SessionRecord {
    cadence::SessionId id;
    std::string platform;
    std::string state;  // active, suspended, ended
    std::string reason;
    std::string timezone;         // in force
    std::string timezone_source;  // operator, launch, default
    std::optional<cadence::Instant> paused_until;
    std::string pause_reason;
    std::optional<cadence::Instant> token_expires_at;  // of the newest usable one
    std::optional<cadence::Instant> context_seen_at;
    std::optional<WaitingRecord> waiting;
    cadence::Instant created_at;
    std::vector<RequirementRecord> requirements;
};

template <class T>
struct Page {
    std::vector<T> items;
    std::optional<std::string> next_cursor;
};

struct LedgerStatus {
    std::map<std::string, std::int64_t> sessions;  // active, suspended, ended
    std::int64_t sessions_paused{0};
    std::int64_t tokens_valid{0};  // lock sessions with a usable token
    std::optional<cadence::Instant> next_token_expiry;
    std::map<std::string, std::int64_t> windows;  // open, met, missed, excused
    std::map<std::string, std::int64_t> proofs;   // pending, submitted, rejected, unknown, waived
    std::map<std::string, std::int64_t> deliveries;  // by state
    std::optional<cadence::Instant> oldest_waiting_at;
    std::optional<cadence::Instant> next_window_close;
    bool paused{false};
    std::string pause_reason;
    LedgerTrouble trouble;
    int schema_version{0};
    std::string database_path;
    std::int64_t database_bytes{0};
};

struct WindowQuery {
    cadence::SessionId session;
    std::optional<std::string> metric;
    std::optional<cadence::Instant> from;  // windows that intersect [from, to)
    std::optional<cadence::Instant> to;
    int limit{100};
    std::optional<std::string> cursor;
};

struct DeliveryQuery {
    std::optional<cadence::DeliveryState> state;
    std::optional<cadence::SessionId> session;
    int limit{100};
    std::optional<std::string> cursor;
};

class Records {
  public:
    virtual ~Records() = default;
    [[nodiscard]] virtual boost::asio::awaitable<cadence::Result<LedgerStatus>> load_status(
        cadence::Policy policy, cadence::Instant now) = 0;
    // Errors of the lists: InvalidArgument with field "cursor"; NotFound for an unknown lock
    // session.
    [[nodiscard]] virtual boost::asio::awaitable<cadence::Result<Page<SessionRecord>>>
    list_sessions(int limit, std::optional<std::string> cursor, cadence::Policy policy,
                  cadence::Instant now) = 0;
    [[nodiscard]] virtual boost::asio::awaitable<cadence::Result<SessionRecord>> load_session(
        cadence::SessionId session, cadence::Policy policy, cadence::Instant now) = 0;
    [[nodiscard]] virtual boost::asio::awaitable<cadence::Result<Page<WindowRecord>>> list_windows(
        WindowQuery query) = 0;
    [[nodiscard]] virtual boost::asio::awaitable<cadence::Result<WindowExplained>> explain_window(
        cadence::WindowId window) = 0;
    [[nodiscard]] virtual boost::asio::awaitable<cadence::Result<Page<DeliveryRecord>>>
    list_deliveries(DeliveryQuery query) = 0;
    [[nodiscard]] virtual boost::asio::awaitable<cadence::Result<DeliveryRecord>> load_delivery(
        cadence::DeliveryId delivery) = 0;
};

}  // namespace engine
