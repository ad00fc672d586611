// A change of a lock session by somebody who may change all of it: a person, or a test.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "cadence/error.hpp"
#include "tests/sandbox/fields.hpp"
#include "tests/sandbox/platform.hpp"

namespace sandbox {

// On a copy: with one wrong field nothing has changed. The fields are those of PATCH /sessions/ID;
// the caller may have read others already.
[[nodiscard]] cadence::Result<Session> changed(Session session, Fields& fields, Instant now);

}  // namespace sandbox
