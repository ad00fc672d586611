// The port through which facts enter the ledger: lock sessions, pauses, launches, proofs and the
// platform's contexts. Every call is one unit of work: when it has come home with a value, that
// value is durable (committed and synced); when it has come home with an error, nothing has
// changed. Loop's thread; calls may overlap and are applied in the order in which they were made,
// but that calls of many proofs at a time let others pass. Cancelling a call does not undo it.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cadence/error.hpp"
#include "cadence/requirement.hpp"
#include "cadence/secret.hpp"
#include "engine/platform.hpp"

namespace engine {

struct Launch {
    cadence::SessionId session;
    cadence::Secret token;
    cadence::Instant launched_at;
    // From a JWT's own exp where the token is one; the ledger takes the earlier of it and launch +
    // 10 h.
    std::optional<cadence::Instant> token_exp;
    std::optional<std::string> timezone;
    std::string platform;  // of a lock session that this launch enrols
    std::string default_timezone{"UTC"};
};

struct LaunchTaken {
    cadence::Instant expires_at;
    bool enrolled{false};  // the lock session was unknown
    bool repeated{false};  // this token was known: it keeps its first launch time
};

struct Proof {
    cadence::ProofId id;
    cadence::SessionId session;
    std::string metric;
    std::int64_t amount{1};
    std::optional<cadence::Instant> happened_at;  // as given
    // The machine's as it came in (Clock::uptime): says when that was if the wall clock is set
    // afterwards (Docket::reopen). Empty: that is not to change.
    std::optional<cadence::Duration> uptime{};
};

enum class ProofStatus { Accepted, Repeated, Conflict, UnknownSession, Refused };

struct ProofTaken {
    ProofStatus status{ProofStatus::Accepted};
    std::string detail;  // why, for Conflict, UnknownSession and Refused
    std::string field;   // of Refused: metric, happenedAt
    // Of Refused: for what time it is by our clock. Were that one wrong, it might be right.
    bool by_clock{false};
};

// What a context is worth to the ledger: marks the token verified and the lock session active, is a
// row of context_seen, waives what the platform owns, and enrols the platform's own requirement for
// a lock session that a launch enrolled.
struct ContextFound {
    cadence::SessionId session;
    std::string token_hash;
    Context context;
    // The rules that the platform's requirement gets where it is enrolled from the context: every
    // field it does not name itself (grace, owner …), from the configured defaults. Its zone is the
    // lock session's, which a launch may have taught us.
    cadence::Rules defaults;
};

struct ContextRecorded {
    // What is wrong with requirements of the platform's that a launched lock session cannot
    // follow, a sentence each.
    std::vector<std::string> requirements_refused;
    // Punishments that this lock shows twice: an attempt of unknown outcome, found not applied, was
    // applied after all, beside the one that was sent again. One of each two is taken back.
    std::vector<cadence::DeliveryId> doubled;
};

class Intake {
  public:
    virtual ~Intake() = default;

    enum class Put { Created, Updated };
    // Errors: InvalidArgument with the field (an unknown zone: "timezone"; windows beyond the
    // zone's rules). Creates every window from activation to now and the open one.
    [[nodiscard]] virtual boost::asio::awaitable<cadence::Result<Put>> put_session(
        cadence::SessionSpec spec, cadence::Policy policy, cadence::Instant now) = 0;
    // Ends it; repeating is fine. Errors: NotFound.
    [[nodiscard]] virtual boost::asio::awaitable<cadence::Result<void>> end_session(
        cadence::SessionId session, std::string reason, cadence::Instant now) = 0;
    [[nodiscard]] virtual boost::asio::awaitable<cadence::Result<void>> pause_session(
        cadence::SessionId session, cadence::Instant until, std::string reason,
        cadence::Instant now) = 0;
    [[nodiscard]] virtual boost::asio::awaitable<cadence::Result<void>> resume_session(
        cadence::SessionId session, cadence::Instant now) = 0;

    // The brake over every lock session; repeating either is fine.
    [[nodiscard]] virtual boost::asio::awaitable<cadence::Result<void>> pause_all(
        std::string reason, cadence::Instant now) = 0;
    [[nodiscard]] virtual boost::asio::awaitable<cadence::Result<void>> resume_all(
        cadence::Instant now) = 0;

    // Waiting deliveries of the lock session become queued. Errors: InvalidArgument (timezone).
    // Conflict: the lock session has ended (an ended one is reactivated by put_session only).
    [[nodiscard]] virtual boost::asio::awaitable<cadence::Result<LaunchTaken>> add_launch(
        Launch launch, cadence::Policy policy, cadence::Instant now) = 0;
    [[nodiscard]] virtual boost::asio::awaitable<cadence::Result<ProofTaken>> add_proof(
        Proof proof, cadence::Policy policy, cadence::Instant now) = 0;
    // Many proofs as one unit of work, as add_proof one after the other; one that is refused, or
    // for which add_proof would fail (Refused, too), takes no other with it.
    [[nodiscard]] virtual boost::asio::awaitable<cadence::Result<std::vector<ProofTaken>>>
    add_proofs(std::vector<Proof> proofs, cadence::Policy policy, cadence::Instant now) = 0;
    [[nodiscard]] virtual boost::asio::awaitable<cadence::Result<ContextRecorded>> record_context(
        ContextFound found, cadence::Policy policy, cadence::Instant now) = 0;
};

}  // namespace engine
