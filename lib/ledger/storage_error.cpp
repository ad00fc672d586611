#include "ledger/storage_error.hpp"

namespace ledger {
namespace {

using cadence::ErrorCode;

ErrorCode code_of(int extended) {
    switch (extended & 0xff) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
        case SQLITE_FULL:
        case SQLITE_IOERR:
        case SQLITE_CANTOPEN:
        case SQLITE_NOMEM:
        case SQLITE_PROTOCOL:
            return ErrorCode::StorageBusy;
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            return ErrorCode::StorageCorrupt;
        case SQLITE_PERM:
        case SQLITE_AUTH:
        case SQLITE_READONLY:
            return ErrorCode::PermissionDenied;
        default:
            return ErrorCode::Internal;
    }
}

const char* remedy_of(ErrorCode code) {
    switch (code) {
        case ErrorCode::StorageBusy:
            return "; free space on its disk, check the disk, and see that nothing else writes to "
                   "it";
        case ErrorCode::StorageCorrupt:
            return "; restore the database from a backup";
        case ErrorCode::PermissionDenied:
            return "; make the database and its directory writable for the daemon's user";
        default:
            return "";
    }
}

}  // namespace

cadence::Error storage_error(int extended, const std::string& doing) {
    const ErrorCode code = code_of(extended);
    return {code, doing + ": " + sqlite3_errstr(extended) + remedy_of(code), {}};
}

}  // namespace ledger
