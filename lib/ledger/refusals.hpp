// What a platform's refusal says about the token and the lock session it was asked with. Used
// inside a unit of work.
#pragma once

#include <string>

#include "cadence/delivery.hpp"
#include "cadence/ids.hpp"
#include "ledger/database.hpp"

namespace ledger {

// How long a token that was refused is set aside.
constexpr std::chrono::seconds kSetAside{60};

// TokenRefused: this token is set aside, after which it dies unless the credential was at fault.
// Suspended: the lock session waits for another launch. Anything else changes nothing. Where
// nothing usable remains, what was queued waits.
void note_refusal(Database& database, const cadence::SessionId& session,
                  const std::string& token_hash, cadence::AnswerKind kind, cadence::Instant now);

// See engine::Outbox.
[[nodiscard]] cadence::Result<void> record_refusal(Database& database,
                                                   const cadence::SessionId& session,
                                                   const std::string& token_hash,
                                                   const cadence::Answer& answer,
                                                   cadence::Duration wait, cadence::Instant now);
int revive_tokens(Database& database, const std::string& platform, cadence::Instant now);

}  // namespace ledger
