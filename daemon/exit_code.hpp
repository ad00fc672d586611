// What the programs tell their caller (sysexits), and which error of the project means which.
#pragma once

#include "cadence/error.hpp"

namespace cadenced {

enum class ExitCode : int {
    Ok = 0,
    Usage = 64,           // the command line is wrong
    BadData = 65,         // a corrupt, foreign or newer database; a stale plan
    Unavailable = 69,     // the daemon cannot be reached
    Internal = 70,        // our own fault
    CannotCreate = 73,    // a file or directory cannot be made
    InputOutput = 74,     // the disk is full or fails
    AlreadyRunning = 75,  // another instance holds the lock
    Permission = 77,      // a credential readable by others, a socket we may not use
    Configuration = 78,   // wrong, or absent, like a credential that is absent or empty
};

[[nodiscard]] constexpr int to_int(ExitCode code) { return static_cast<int>(code); }

[[nodiscard]] constexpr ExitCode exit_code_of(cadence::ErrorCode code) {
    using cadence::ErrorCode;
    switch (code) {
        case ErrorCode::InvalidArgument:
            return ExitCode::Usage;
        case ErrorCode::StorageCorrupt:
        case ErrorCode::StorageForeign:
        case ErrorCode::Malformed:
        case ErrorCode::Conflict:
            return ExitCode::BadData;
        case ErrorCode::CannotConnect:
        case ErrorCode::NotFound:
        case ErrorCode::TimedOut:
        case ErrorCode::Crowded:
        case ErrorCode::Interrupted:
            return ExitCode::Unavailable;
        case ErrorCode::StorageBusy:
        case ErrorCode::TooLarge:
            return ExitCode::InputOutput;
        case ErrorCode::AlreadyRunning:
            return ExitCode::AlreadyRunning;
        case ErrorCode::CannotCreate:
            return ExitCode::CannotCreate;
        case ErrorCode::PermissionDenied:
            return ExitCode::Permission;
        case ErrorCode::Configuration:
            return ExitCode::Configuration;
        case ErrorCode::Cancelled:
        case ErrorCode::Internal:
            return ExitCode::Internal;
    }
    return ExitCode::Internal;
}

}  // namespace cadenced
