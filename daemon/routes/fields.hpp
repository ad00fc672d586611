// One JSON object of a request, read member by member. Each reader yields the value, or notes what
// is wrong with the member's path ("requirements[0].punishment.seconds must be …") and yields
// nothing. A member that is null counts as absent. The object must outlive the reader.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "cadence/time.hpp"
#include "daemon/routes/first_error.hpp"
#include "daemon/routes/words.hpp"

namespace cadenced::wire {

struct IntegerRange {
    std::int64_t least;
    std::int64_t most;
};

class Fields {
  public:
    // `known`: every member there may be; another one is noted at once. `path` is empty for the
    // body itself, else what the members' names follow after a dot.
    Fields(const nlohmann::json& object, std::string path,
           std::initializer_list<std::string_view> known, FirstError& errors);

    [[nodiscard]] bool has(std::string_view name) const;
    [[nodiscard]] std::string path_of(std::string_view name) const;
    void note(std::string_view name, const std::string& detail) const;

    // The find_ readers yield nothing without a note for an absent member; need() notes it first.
    // Returns whether the member is there.
    bool need(std::string_view name) const;

    // At most `longest` bytes, without control characters; may be empty.
    [[nodiscard]] std::optional<std::string> find_text(std::string_view name,
                                                       std::size_t longest) const;
    // As find_text, and neither absent nor empty. Empty only when that was noted.
    [[nodiscard]] std::string text(std::string_view name, std::size_t longest) const;
    // Integers only: neither 1.0 nor "1".
    [[nodiscard]] std::optional<std::int64_t> find_integer(std::string_view name,
                                                           IntegerRange range) const;
    [[nodiscard]] std::optional<bool> find_flag(std::string_view name) const;
    [[nodiscard]] std::optional<cadence::Instant> find_instant(std::string_view name) const;
    [[nodiscard]] std::optional<cadence::LocalDate> find_date(std::string_view name) const;
    [[nodiscard]] std::optional<cadence::Duration> find_duration(std::string_view name) const;
    [[nodiscard]] const nlohmann::json* find_object(std::string_view name) const;
    [[nodiscard]] const nlohmann::json* find_array(std::string_view name) const;
    [[nodiscard]] bool is_text(std::string_view name) const;

    template <class Value, std::size_t N>
    [[nodiscard]] std::optional<Value> find_word(std::string_view name,
                                                 const std::array<Word<Value>, N>& words) const {
        const auto text = find_text(name, kLongestWord);
        if (!text) return std::nullopt;
        const auto value = wire::find_word(words, *text);
        if (!value) note(name, "must be " + list_words(words));
        return value;
    }

  private:
    static constexpr std::size_t kLongestWord = 64;

    [[nodiscard]] const nlohmann::json* find(std::string_view name) const;
    void note_type(std::string_view name, const char* wanted, const nlohmann::json& got) const;

    const nlohmann::json& object_;
    std::string path_;
    FirstError& errors_;
};

// "a string", "an integer", …: for saying what was got instead.
[[nodiscard]] const char* type_name(const nlohmann::json& value);

}  // namespace cadenced::wire
