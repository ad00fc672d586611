#include "cadence/error.hpp"

namespace cadence {

Recovery recovery_of(ErrorCode code) {
    switch (code) {
        case ErrorCode::CannotConnect:
        case ErrorCode::Crowded:
        case ErrorCode::StorageBusy:
        case ErrorCode::Cancelled:
            return Recovery::Retryable;
        case ErrorCode::TimedOut:
        case ErrorCode::Interrupted:
        case ErrorCode::Malformed:
        case ErrorCode::TooLarge:
            return Recovery::OutcomeUnknown;
        case ErrorCode::InvalidArgument:
        case ErrorCode::NotFound:
        case ErrorCode::Conflict:
            return Recovery::Permanent;
        case ErrorCode::StorageCorrupt:
        case ErrorCode::StorageForeign:
        case ErrorCode::AlreadyRunning:
        case ErrorCode::CannotCreate:
        case ErrorCode::PermissionDenied:
        case ErrorCode::Configuration:
        case ErrorCode::Internal:
            return Recovery::NeedsHuman;
    }
    return Recovery::NeedsHuman;
}

const char* to_string(ErrorCode code) {
    switch (code) {
        case ErrorCode::InvalidArgument:
            return "invalid_argument";
        case ErrorCode::NotFound:
            return "not_found";
        case ErrorCode::Conflict:
            return "conflict";
        case ErrorCode::CannotConnect:
            return "cannot_connect";
        case ErrorCode::TimedOut:
            return "timed_out";
        case ErrorCode::Crowded:
            return "crowded";
        case ErrorCode::Cancelled:
            return "cancelled";
        case ErrorCode::Interrupted:
            return "interrupted";
        case ErrorCode::TooLarge:
            return "too_large";
        case ErrorCode::Malformed:
            return "malformed";
        case ErrorCode::StorageBusy:
            return "storage_busy";
        case ErrorCode::StorageCorrupt:
            return "storage_corrupt";
        case ErrorCode::StorageForeign:
            return "storage_foreign";
        case ErrorCode::AlreadyRunning:
            return "already_running";
        case ErrorCode::CannotCreate:
            return "cannot_create";
        case ErrorCode::PermissionDenied:
            return "permission_denied";
        case ErrorCode::Configuration:
            return "configuration";
        case ErrorCode::Internal:
            return "internal";
    }
    return "internal";
}

}  // namespace cadence
