#include <cstdlib>

#include "ledger/database.hpp"
#include "ledger/storage_error.hpp"

namespace ledger {
namespace {

// A statement's text holds no values, so it may be shown.
[[noreturn]] void fail_statement(sqlite3_stmt* statement, int code) {
    throw StorageFailure(storage_error(code, sqlite3_sql(statement)));
}

void require_ok(sqlite3_stmt* statement, int code) {
    if (code != SQLITE_OK) fail_statement(statement, code);
}

}  // namespace

Query::Query(Query&& other) noexcept : statement_(std::exchange(other.statement_, nullptr)) {}

Query::~Query() {
    if (statement_ == nullptr) return;
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(
        statement_);  // a token's secret does not stay behind in a cached statement
}

bool Query::step() {
    const int code = sqlite3_step(statement_);
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    fail_statement(statement_, sqlite3_extended_errcode(sqlite3_db_handle(statement_)));
}

void Query::run() {
    while (step()) {
    }
}

bool Query::is_null(int column) const {
    return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

std::int64_t Query::integer(int column) const { return sqlite3_column_int64(statement_, column); }

std::string Query::text(int column) const {
    const unsigned char* bytes = sqlite3_column_text(statement_, column);
    if (bytes == nullptr) return {};
    return {bytes, bytes + sqlite3_column_bytes(statement_, column)};
}

std::optional<std::int64_t> Query::maybe_integer(int column) const {
    if (is_null(column)) return std::nullopt;
    return integer(column);
}

std::optional<cadence::Instant> Query::maybe_instant(int column) const {
    if (is_null(column)) return std::nullopt;
    return instant(column);
}

std::optional<std::string> Query::maybe_text(int column) const {
    if (is_null(column)) return std::nullopt;
    return text(column);
}

void Query::expect_parameters(int count) {
    if (sqlite3_bind_parameter_count(statement_) == count) return;
    throw StorageFailure({cadence::ErrorCode::Internal,
                          std::string("not every parameter is bound: ") + sqlite3_sql(statement_),
                          {}});
}

void Query::bind_one(int index, std::int64_t value) {
    require_ok(statement_, sqlite3_bind_int64(statement_, index, value));
}

void Query::bind_one(int index, std::string_view value) {
    require_ok(statement_, sqlite3_bind_text64(statement_, index, value.empty() ? "" : value.data(),
                                               value.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
}

void Query::bind_one(int index, std::nullptr_t) {
    require_ok(statement_, sqlite3_bind_null(statement_, index));
}

}  // namespace ledger
