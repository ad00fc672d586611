// The names of the statuses that the status socket answers with (RFC 9110). Pure.
#pragma once

namespace net {

// "Not Found" for 404; "Unnamed" for a status that is never answered.
[[nodiscard]] const char* reason_phrase(int status);

}  // namespace net
