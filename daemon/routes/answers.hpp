// Records of the ledger as answers. Names are the contract's; what it does not name is an addition.
#pragma once

#include <string>

#include "daemon/routes/routes.hpp"
#include "engine/docket.hpp"
#include "engine/intake.hpp"
#include "engine/records.hpp"
#include "net/unix_http_server.hpp"

namespace cadenced::wire {

[[nodiscard]] net::HttpReply answer(int status, const engine::SessionRecord& session);
[[nodiscard]] net::HttpReply answer(const engine::Page<engine::SessionRecord>& page);
[[nodiscard]] net::HttpReply answer(const engine::Page<engine::WindowRecord>& page);
[[nodiscard]] net::HttpReply answer(const engine::WindowExplained& window);
[[nodiscard]] net::HttpReply answer(const engine::DeliveryRecord& delivery);
[[nodiscard]] net::HttpReply answer(const engine::Page<engine::DeliveryRecord>& page);
[[nodiscard]] net::HttpReply answer(const engine::LaunchTaken& launch);
// 201 new, 200 the same again, and problems for the rest.
[[nodiscard]] net::HttpReply answer(const cadence::ProofId& proof, const engine::ProofTaken& taken);
// The same as a line of NDJSON. `id` empty: it could not be read. `line`: for what was refused.
[[nodiscard]] std::string proof_line(const std::string& id, std::size_t line,
                                     const engine::ProofTaken& taken);
[[nodiscard]] net::HttpReply answer(const engine::LedgerStatus& status, const DaemonFacts& facts,
                                    const std::string& version, cadence::Instant now);

[[nodiscard]] net::HttpReply answer_state(const std::string& state);  // {"status"}
// {"status":"reloaded","waiting"}: the keys that change at the next start.
[[nodiscard]] net::HttpReply answer_reloaded(const std::vector<std::string>& waiting);
[[nodiscard]] net::HttpReply answer_changed(int rows);  // {"changed"}
[[nodiscard]] net::HttpReply answer_brake(bool paused, const std::string& reason);

// The lines of a backfill.
struct BackfillTotals {
    std::int64_t windows{0};
    std::int64_t changes{0};
};
[[nodiscard]] std::string window_line(const engine::Rejudged& window);
[[nodiscard]] std::string last_line(const engine::BackfillRange& range,
                                    const BackfillTotals& totals);
[[nodiscard]] std::string broken_line(const BackfillTotals& totals);

}  // namespace cadenced::wire
