#include "ledger/launches.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>

#include "ledger/deliveries.hpp"
#include "ledger/lane.hpp"
#include "ledger/requirements.hpp"
#include "ledger/rows.hpp"
#include "ledger/sessions.hpp"

namespace ledger {
namespace {

using cadence::ErrorCode;
using cadence::Instant;
using cadence::Result;
using engine::Launch;
using engine::LaunchTaken;

struct TokenRow {
    Instant expires_at;
    bool alive{false};
};

std::optional<TokenRow> find_token(Database& database, const cadence::SessionId& session,
                                   const std::string& hash) {
    auto row = database.query(
        "SELECT expires_at_ms, died_at_ms IS NULL FROM token WHERE session = ?1 AND hash = ?2");
    row.bind(session, hash);
    if (!row.step()) return std::nullopt;
    return TokenRow{row.instant(0), row.boolean(1)};
}

// A stale token is taken and never used, so its secret is not kept.
void insert_dead(Database& database, const Launch& launch, const std::string& hash, Instant expires,
                 Instant now) {
    database.execute(
        "INSERT INTO token (session, hash, launched_at_ms, expires_at_ms, died_at_ms, death)"
        " VALUES (?1, ?2, ?3, ?4, ?5, 'expired')",
        launch.session, hash, launch.launched_at, expires, now);
}

void insert_alive(Database& database, const Launch& launch, const std::string& hash,
                  Instant expires, Instant now) {
    database.execute(
        "INSERT INTO token (session, hash, secret, launched_at_ms, expires_at_ms, verify_due_at_ms)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        launch.session, hash, launch.token.reveal(), launch.launched_at, expires, now);
}

// Somebody vouches for it once more: it is verified once more.
void revive(Database& database, const Launch& launch, const std::string& hash, Instant now) {
    database.execute(
        "UPDATE token SET secret = ?3, died_at_ms = NULL, death = NULL, verified_at_ms = NULL,"
        " set_aside_until_ms = NULL, verify_due_at_ms = ?4 WHERE session = ?1 AND hash = ?2",
        launch.session, hash, launch.token.reveal(), now);
}

void repeat(Database& database, const Launch& launch, const std::string& hash, Instant now) {
    database.execute(
        "UPDATE token SET verify_due_at_ms = ?3, set_aside_until_ms = NULL"
        " WHERE session = ?1 AND hash = ?2 AND (verified_at_ms IS NULL"
        " OR set_aside_until_ms IS NOT NULL"
        " OR (SELECT state FROM session WHERE id = ?1) = 'suspended')",
        launch.session, hash, now);
}

LaunchTaken take_token(Database& database, const Launch& launch, Instant now) {
    const std::string hash = hash_of_token(launch.token.reveal());
    if (const auto known = find_token(database, launch.session, hash)) {
        if (known->alive) {
            repeat(database, launch, hash, now);
        } else if (known->expires_at > now) {
            revive(database, launch, hash, now);
        }
        return {.expires_at = known->expires_at, .enrolled = false, .repeated = true};
    }
    const Instant full_life = launch.launched_at + kTokenLife;
    const Instant expires = std::min(full_life, launch.token_exp.value_or(full_life));
    const bool stale = expires <= now;
    if (stale) {
        insert_dead(database, launch, hash, expires, now);
    } else {
        insert_alive(database, launch, hash, expires, now);
    }
    record_event(database, now, stale ? "launch.stale" : "launch.taken", launch.session,
                 std::nullopt, std::nullopt);
    return {.expires_at = expires, .enrolled = false, .repeated = false};
}

Result<void> check_timezone(cadence::Zones& zones, const Launch& launch) {
    if (!launch.timezone) return {};
    const auto zone = zones.find_zone(*launch.timezone);
    if (zone) return {};
    return cadence::fail(ErrorCode::InvalidArgument, "timezone: " + zone.error().detail,
                         "timezone");
}

Result<void> learn_timezone(Database& database, cadence::Zones& zones, const Launch& launch,
                            const SessionRow& session, const cadence::Policy& policy, Instant now) {
    if (!launch.timezone || session.timezone || session.learnt_timezone) return {};
    database.execute(
        "UPDATE session SET learnt_timezone = ?2, revision = revision + 1 WHERE id = ?1",
        launch.session, *launch.timezone);
    return move_to_zone(database, zones, launch.session, session.default_timezone, *launch.timezone,
                        policy, now);
}

}  // namespace

std::string hash_of_token(std::string_view secret) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    if (EVP_Digest(secret.data(), secret.size(), digest.data(), &size, EVP_sha256(), nullptr) !=
        1) {
        throw StorageFailure({ErrorCode::Internal, "OpenSSL has no SHA-256", {}});
    }
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string hex;
    for (unsigned int i = 0; i < size; ++i) {
        hex += kDigits[digest[i] >> 4U];
        hex += kDigits[digest[i] & 15U];
    }
    return hex;
}

Result<LaunchTaken> add_launch(Database& database, cadence::Zones& zones, const Launch& launch,
                               const cadence::Policy& policy, Instant now) {
    if (auto zone = check_timezone(zones, launch); !zone) return tl::unexpected(zone.error());
    const bool known = find_session(database, launch.session).has_value();
    if (!known) {
        insert_launched_session(database, launch.session, launch.platform, launch.default_timezone,
                                now);
    }
    const SessionRow session = find_session(database, launch.session).value();
    if (session.ended()) {
        return cadence::fail(
            ErrorCode::Conflict,
            "the lock session has ended; enrol it again (PUT) before its launches");
    }
    if (auto learnt = learn_timezone(database, zones, launch, session, policy, now); !learnt) {
        return tl::unexpected(learnt.error());
    }
    LaunchTaken taken = take_token(database, launch, now);
    taken.enrolled = !known;
    // Delivery starts at once; a host or a rate limit that still stands in the way says so again.
    database.execute("UPDATE session SET deferred_until_ms = 0 WHERE id = ?1", launch.session);
    queue_waiting(database, launch.session, now);
    refresh_lane(database, launch.session, now);
    return taken;
}

}  // namespace ledger
