// One SQLite connection and its prepared statements. Used by one thread at a time. Inside the
// ledger a failure of SQLite is thrown as StorageFailure and caught where a unit of work ends
// (writer.hpp), so that statements read as statements; it never leaves the ledger.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>

#include "cadence/error.hpp"
#include "cadence/ids.hpp"
#include "cadence/time.hpp"

namespace ledger {

// Sets what SQLite takes before its first connection only; whoever opens one calls it.
void prepare_sqlite();

class StorageFailure : public std::runtime_error {
  public:
    explicit StorageFailure(cadence::Error error);
    [[nodiscard]] const cadence::Error& error() const { return error_; }

  private:
    cadence::Error error_;
};

// A prepared statement being used: bind, then step. Resets the statement when it goes out of scope.
class Query {
  public:
    explicit Query(sqlite3_stmt* statement) : statement_(statement) {}
    Query(Query&& other) noexcept;
    Query(const Query&) = delete;
    Query& operator=(const Query&) = delete;
    Query& operator=(Query&&) = delete;
    ~Query();

    // Binds the parameters ?1, ?2 … in order.
    template <class... Values>
    Query& bind(const Values&... values) {
        int index = 0;
        (bind_one(++index, values), ...);
        expect_parameters(index);
        return *this;
    }
    // True when there is a row; false at the end.
    [[nodiscard]] bool step();
    // Runs it to its end; for statements without rows.
    void run();

    [[nodiscard]] bool is_null(int column) const;
    [[nodiscard]] std::int64_t integer(int column) const;
    [[nodiscard]] std::string text(int column) const;
    [[nodiscard]] bool boolean(int column) const { return integer(column) != 0; }
    [[nodiscard]] cadence::Instant instant(int column) const {
        return cadence::from_ms(integer(column));
    }
    [[nodiscard]] std::optional<std::int64_t> maybe_integer(int column) const;
    [[nodiscard]] std::optional<cadence::Instant> maybe_instant(int column) const;
    [[nodiscard]] std::optional<std::string> maybe_text(int column) const;

  private:
    // A parameter that nothing was bound to would be NULL, and nobody would see it.
    void expect_parameters(int count);
    void bind_one(int index, std::int64_t value);
    void bind_one(int index, int value) { bind_one(index, std::int64_t{value}); }
    void bind_one(int index, bool value) { bind_one(index, std::int64_t{value ? 1 : 0}); }
    void bind_one(int index, std::string_view value);
    void bind_one(int index, const std::string& value) { bind_one(index, std::string_view{value}); }
    void bind_one(int index, const char* value) { bind_one(index, std::string_view{value}); }
    void bind_one(int index, std::nullptr_t);
    void bind_one(int index, cadence::Instant value) { bind_one(index, cadence::to_ms(value)); }
    void bind_one(int index, cadence::Duration value) {
        bind_one(index, std::int64_t{value.count()});
    }
    void bind_one(int index, const cadence::SessionId& id) { bind_one(index, id.value); }
    void bind_one(int index, const cadence::ProofId& id) { bind_one(index, id.value); }
    template <class Tag>
    void bind_one(int index, cadence::RowId<Tag> id) {
        bind_one(index, id.value);
    }
    template <class T>
    void bind_one(int index, const std::optional<T>& value) {
        if (value) {
            bind_one(index, *value);
        } else {
            bind_one(index, nullptr);
        }
    }

    sqlite3_stmt* statement_;
};

enum class Access { Writer, Reader };

class Database {
  public:
    // Opens `path` and reads every pragma back. Writer: WAL, synchronous=FULL, foreign_keys,
    // secure_delete, the only one that checkpoints. Reader: read-only. Errors as in store.hpp.
    [[nodiscard]] static cadence::Result<Database> open(const std::string& path, Access access);

    // The statement for `sql`, prepared once and kept. Throws StorageFailure.
    [[nodiscard]] Query query(std::string_view sql);

    // Binds, runs, and returns the number of rows changed.
    template <class... Values>
    int execute(std::string_view sql, const Values&... values) {
        query(sql).bind(values...).run();
        return sqlite3_changes(handle_.get());
    }
    // Several statements without parameters (a migration).
    void execute_script(const std::string& sql);
    [[nodiscard]] std::int64_t last_insert_id() const;
    [[nodiscard]] sqlite3* handle() const { return handle_.get(); }

  private:
    struct Close {
        void operator()(sqlite3* handle) const;
    };
    struct Finalize {
        void operator()(sqlite3_stmt* statement) const;
    };
    explicit Database(sqlite3* handle) : handle_(handle) {}

    std::unique_ptr<sqlite3, Close> handle_;
    // Looked up by whoever's text it is, without a copy.
    struct TextHash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const {
            return std::hash<std::string_view>{}(text);
        }
    };
    std::unordered_map<std::string, std::unique_ptr<sqlite3_stmt, Finalize>, TextHash,
                       std::equal_to<>>
        statements_;
};

}  // namespace ledger
