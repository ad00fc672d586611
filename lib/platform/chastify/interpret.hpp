// What an exchange with Chastify means: the table of answers (README.md of this folder). Pure.
// Codes decide before statuses do; nothing is decided by a message's text.
#pragma once

#include <optional>

#include "cadence/delivery.hpp"
#include "engine/platform.hpp"
#include "net/https_pool.hpp"
#include "platform/chastify/redaction.hpp"

namespace chastify {

// Of a write. A success needs no body; an exchange that broke after bytes were sent is Unknown.
[[nodiscard]] cadence::Answer interpret_write(const net::HttpsOutcome& outcome,
                                              const Redaction& redaction, cadence::Instant now);

// Of a read of the context. Reading changes nothing, so nothing is Unknown: what would be is
// HostFault, or NotSent when it was we who cancelled. A success whose body is no context is
// HostFault with the code unreadable_context.
[[nodiscard]] engine::ContextAnswer interpret_read(const net::HttpsOutcome& outcome,
                                                   const Redaction& redaction,
                                                   cadence::Instant now);

}  // namespace chastify
