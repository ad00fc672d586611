// What a client is told whose request could not be read to its end. Pure.
#pragma once

#include <boost/system/error_code.hpp>
#include <cstddef>
#include <optional>

#include "cadence/error.hpp"
#include "net/unix_http_screen.hpp"

namespace net {

// A body beyond `limit` bytes.
[[nodiscard]] Refusal too_large(std::size_t limit);

// Nothing when the client has simply gone: there is nobody to tell. `expired`: we gave up waiting.
// `limit`: the body's.
[[nodiscard]] std::optional<Refusal> refusal_of(const boost::system::error_code& error,
                                                bool expired, std::size_t limit);

// The same of a body that is read by the piece, as NextPiece gives it.
[[nodiscard]] cadence::Error piece_error(const boost::system::error_code& error, bool expired,
                                         std::size_t limit);

}  // namespace net
