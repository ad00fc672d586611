// What the requests to Chastify look like: targets and JSON bodies. Pure. The facts are those of
// the extension session API (seed documents; the platform documents no idempotency and no version).
#pragma once

#include <string>

#include "cadence/delivery.hpp"
#include "cadence/ids.hpp"

namespace chastify {

struct Call {
    std::string target;
    std::string body;
};

// GET: the lock session's context. The id is percent-encoded, dots that would be a path's own too.
[[nodiscard]] std::string context_target(const cadence::SessionId& session);

// POST: `/requirements/progress` {"key","amount"} for progress, `/action` {"name","params"} for
// everything else. Text that is no UTF-8 is replaced, never refused.
[[nodiscard]] Call call_of(const cadence::SessionId& session, const cadence::Write& write);

}  // namespace chastify
