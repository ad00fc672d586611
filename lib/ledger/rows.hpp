// Rows of the ledger as the domain's values, and the few questions that many units of work ask.
// Used inside a unit of work or a question.
#pragma once

#include <string>
#include <vector>

#include "cadence/ids.hpp"
#include "cadence/requirement.hpp"
#include "cadence/time.hpp"
#include "cadence/verdict.hpp"
#include "ledger/database.hpp"

namespace ledger {

// ISO 8601 (2026-03-29), and back. Text that is no date throws StorageFailure: the file holds what
// we never wrote.
[[nodiscard]] std::string to_text(cadence::LocalDate date);
[[nodiscard]] cadence::LocalDate parse_date(const std::string& text);

// Throws StorageFailure when it is none.
[[nodiscard]] cadence::OnUnknown parse_on_unknown(const std::string& text);
// One generation of a requirement's rules. Throws StorageFailure when there is none.
[[nodiscard]] cadence::Rules load_rules(Database& database, cadence::RequirementId requirement,
                                        int ordinal);
void store_rules(Database& database, cadence::RequirementId requirement, int ordinal,
                 const cadence::Rules& rules, cadence::Instant now);

// What cadence::punished_by wants: the last context before `window_end`, and every one since.
[[nodiscard]] std::vector<cadence::ContextSeen> load_contexts(Database& database,
                                                              const cadence::SessionId& session,
                                                              cadence::Instant window_end);

// Whether the lock session is active and has a token that is alive, not set aside, and good for
// more than `margin` from `now` on.
[[nodiscard]] bool has_usable_token(Database& database, const cadence::SessionId& session,
                                    cadence::Instant now, cadence::Duration margin = {});

// The operator's zone, else the learnt one, else the default.
[[nodiscard]] std::string zone_in_force(Database& database, const cadence::SessionId& session);

// When the last running pause of the lock session ends; `now` or earlier when none runs.
[[nodiscard]] cadence::Instant paused_until(Database& database, const cadence::SessionId& session,
                                            cadence::Instant now);

[[nodiscard]] bool is_braked(Database& database);

}  // namespace ledger
