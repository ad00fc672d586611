// The session context as Chastify sends it, read with tolerance: its fields are documented by name
// only, and any may be null, absent or of another type one day. Pure.
#pragma once

#include <optional>
#include <string_view>

#include "cadence/time.hpp"
#include "engine/platform.hpp"

namespace chastify {

// The context, bare or under `data`. Nothing when the body is no JSON object or has none of `role`,
// `extensionConfig` and `lockData`: then somebody else answered, and believing them could punish
// twice. Whatever else is wrong is absent; unknown fields are ignored. Without an `extensionConfig`
// that can be read nothing is said of requirements. A requirement that does not say whether it is
// enabled counts as enabled, and a punishment of a type we don't know as one of add_time: the
// platform punishes with something, so we shall not. What of a requirement cannot be read is said
// in `unreadable`; nothing is made up for it.
[[nodiscard]] std::optional<engine::Context> parse_context(std::string_view body,
                                                           cadence::Instant now);

}  // namespace chastify
