// JSON values as answers, and the few conversions that every writer of JSON here needs. Members
// keep the order in which they are written. Absent facts are null.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "cadence/time.hpp"
#include "net/unix_http_server.hpp"

namespace cadenced::wire {

[[nodiscard]] net::HttpReply make_reply(int status, const nlohmann::ordered_json& body);

// One line of NDJSON, with its line feed.
[[nodiscard]] std::string to_line(const nlohmann::ordered_json& value);

[[nodiscard]] nlohmann::ordered_json time_or_null(const std::optional<cadence::Instant>& instant);
[[nodiscard]] nlohmann::ordered_json text_or_null(const std::string& text);  // empty: null

}  // namespace cadenced::wire
