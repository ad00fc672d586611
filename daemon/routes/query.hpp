// A request's query parameters, each known, given once and of the right form. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cadence/time.hpp"
#include "daemon/routes/first_error.hpp"
#include "daemon/routes/words.hpp"

namespace cadenced::wire {

using QueryPairs = std::vector<std::pair<std::string, std::string>>;

// Notes an unknown parameter, and one that is given twice.
void inspect_query(const QueryPairs& query, const std::vector<std::string>& known,
                   FirstError& errors);

class Query {
  public:
    Query(const QueryPairs& query, FirstError& errors) : query_(query), errors_(errors) {}

    // Nothing without a note when absent; an empty value is noted.
    [[nodiscard]] std::optional<std::string> find_text(std::string_view name) const;
    [[nodiscard]] std::optional<cadence::Instant> find_instant(std::string_view name) const;
    // 1..1000; 100 when absent.
    [[nodiscard]] int limit() const;

    template <class Value, std::size_t N>
    [[nodiscard]] std::optional<Value> find_word(std::string_view name,
                                                 const std::array<Word<Value>, N>& words) const {
        const auto text = find_text(name);
        if (!text) return std::nullopt;
        const auto value = wire::find_word(words, *text);
        if (!value) errors_.note(std::string(name), "must be " + list_words(words));
        return value;
    }

  private:
    const QueryPairs& query_;
    FirstError& errors_;
};

}  // namespace cadenced::wire
