// Lock sessions as engine::Records shows them. Used inside a question.
#pragma once

#include <optional>
#include <string>

#include "engine/records.hpp"
#include "ledger/database.hpp"

namespace ledger {

[[nodiscard]] cadence::Result<engine::Page<engine::SessionRecord>> list_sessions(
    Database& database, int limit, const std::optional<std::string>& cursor,
    const cadence::Policy& policy, cadence::Instant now);
[[nodiscard]] cadence::Result<engine::SessionRecord> load_session(Database& database,
                                                                  const cadence::SessionId& session,
                                                                  const cadence::Policy& policy,
                                                                  cadence::Instant now);

}  // namespace ledger
