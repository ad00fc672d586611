// The kinds of values that the configuration knows. Each find_ function yields the value, or
// complains and yields nothing; each maker below it turns one into the reader of a key, `field`
// being a member of the target or a function that finds its place there.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cadence/time.hpp"
#include "cadence/words.hpp"
#include "daemon/configuration.hpp"
#include "daemon/key_table.hpp"

namespace cadenced {

struct IntegerRange {
    std::int64_t least;
    std::int64_t most;
};

struct DurationRange {
    cadence::Duration least;
    cadence::Duration most;
};

[[nodiscard]] std::optional<std::string> find_text(const Value& value, const std::string& remedy);
[[nodiscard]] std::optional<std::int64_t> find_integer(const Value& value, IntegerRange range);
[[nodiscard]] std::optional<cadence::Duration> find_duration(const Value& value,
                                                             DurationRange range);
// The position in `names`.
[[nodiscard]] std::optional<std::size_t> find_choice(const Value& value,
                                                     const std::vector<std::string>& names);
// An absolute path of at most `longest` bytes; empty only where `may_be_empty`.
enum class EmptyPath { Refused, Allowed };
[[nodiscard]] std::optional<std::string> find_path(const Value& value, std::size_t longest,
                                                   EmptyPath empty);
[[nodiscard]] std::optional<Origin> find_origin(const Value& value);
// The bare name of a credential, or an absolute path.
[[nodiscard]] std::optional<std::string> find_credential(const Value& value);

template <class Target, class Field>
[[nodiscard]] std::function<void(const Value&, Target&)> integer(Field field, IntegerRange range) {
    return [field, range](const Value& value, Target& target) {
        const auto found = find_integer(value, range);
        if (!found) return;
        auto& place = std::invoke(field, target);
        place = std::remove_reference_t<decltype(place)>(*found);
    };
}

// Whole seconds, written as an integer.
template <class Target, class Field>
[[nodiscard]] std::function<void(const Value&, Target&)> seconds(Field field, IntegerRange range) {
    return [field, range](const Value& value, Target& target) {
        const auto found = find_integer(value, range);
        if (found) std::invoke(field, target) = std::chrono::seconds{*found};
    };
}

template <class Target, class Field>
[[nodiscard]] std::function<void(const Value&, Target&)> duration(Field field,
                                                                  DurationRange range) {
    return [field, range](const Value& value, Target& target) {
        const auto found = find_duration(value, range);
        if (found) std::invoke(field, target) = *found;
    };
}

template <class Target, class Field, class Meaning, std::size_t N>
[[nodiscard]] std::function<void(const Value&, Target&)> choice(
    Field field, const std::array<cadence::words::Word<Meaning>, N>& choices) {
    return [field, choices](const Value& value, Target& target) {
        std::vector<std::string> names;
        names.reserve(N);
        for (const auto& choice : choices) names.emplace_back(choice.text);
        const auto found = find_choice(value, names);
        if (found) std::invoke(field, target) = choices[*found].value;
    };
}

}  // namespace cadenced
