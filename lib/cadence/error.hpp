// How a function says that it did not do what was asked: a value, never an exception. Callers
// branch on the recovery class, people read the detail.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace cadence {

enum class ErrorCode {
    InvalidArgument,   // a value that can be parsed but is wrong; the detail names it
    NotFound,          // no such lock session, window, delivery, zone …
    Conflict,          // it exists with other content, or is in a state where this makes no sense
    CannotConnect,     // name resolution, connect or TLS failed: nothing was sent
    TimedOut,          // an absolute deadline passed
    Crowded,           // a limit of our own on how many at a time: nothing was begun
    Cancelled,         // the caller is stopping
    Interrupted,       // the connection broke after bytes may have left
    TooLarge,          // a limit on size was met
    Malformed,         // what arrived cannot be parsed
    StorageBusy,       // the disk is full or fails; it may work again
    StorageCorrupt,    // the database is damaged
    StorageForeign,    // the file is not ours, or from a newer version
    AlreadyRunning,    // another instance holds the lock
    CannotCreate,      // a file or socket of ours cannot be made where the operator wants it
    PermissionDenied,  // the file system says no, or a secret is readable by others
    Configuration,     // the operator's configuration is wrong
    Internal,          // our own fault
};

enum class Recovery { Retryable, Permanent, OutcomeUnknown, NeedsHuman };

[[nodiscard]] Recovery recovery_of(ErrorCode code);
[[nodiscard]] const char* to_string(ErrorCode code);

struct Error {
    ErrorCode code{ErrorCode::Internal};
    std::string detail;  // one sentence: what, where, what would be right. Never a secret.
    std::string field;   // the wrong field of a request, where there is one ("cadence.every")
};

template <class T>
using Result = tl::expected<T, Error>;

[[nodiscard]] inline tl::unexpected<Error> fail(ErrorCode code, std::string detail,
                                                std::string field = {}) {
    return tl::unexpected<Error>(Error{code, std::move(detail), std::move(field)});
}

}  // namespace cadence
