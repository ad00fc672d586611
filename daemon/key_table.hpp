// A TOML table described by a list of its keys: each key says how its value is read, and every
// value that cannot be is noted with its place and its remedy instead of ending the reading.
#pragma once

#include <toml++/toml.h>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/near_name.hpp"
#include "daemon/problem.hpp"

namespace cadenced {

// One value on its way into a target.
struct Value {
    const toml::node& node;
    std::string key;  // dotted, for people
    Problems& problems;

    void complain(std::string what, std::string remedy) const;
};

[[nodiscard]] Problem problem_at(const toml::source_region& place, std::string key,
                                 std::string what, std::string remedy);

// "a string", "an integer" …: what the file holds.
[[nodiscard]] std::string name_of_type(const toml::node& node);

template <class Target>
struct Key {
    std::string name;
    std::function<void(const Value&, Target&)> read;
};

template <class Target>
using Keys = std::vector<Key<Target>>;

void complain_of_unknown_key(const toml::key& key, const std::string& prefix,
                             const std::vector<std::string>& known, Problems& problems);

// Reads every key of `table` that `keys` knows into `target`, and complains of every other.
// `prefix` is empty or ends with a dot.
template <class Target>
void read_table(const toml::table& table, const std::string& prefix, const Keys<Target>& keys,
                Target& target, Problems& problems) {
    for (const auto& [name, node] : table) {
        const Key<Target>* found = nullptr;
        for (const Key<Target>& key : keys) {
            if (key.name == name.str()) found = &key;
        }
        if (found != nullptr) {
            found->read(Value{node, prefix + found->name, problems}, target);
            continue;
        }
        std::vector<std::string> known;
        for (const Key<Target>& key : keys) known.push_back(key.name);
        complain_of_unknown_key(name, prefix, known, problems);
    }
}

// A key that is a table of its own, read into a member (or anything else `part` finds).
template <class Target, class Part>
[[nodiscard]] std::function<void(const Value&, Target&)> table_of(Keys<Part> keys,
                                                                  Part& (*part)(Target&)) {
    return [keys = std::move(keys), part](const Value& value, Target& target) {
        const toml::table* const table = value.node.as_table();
        if (table == nullptr) {
            value.complain("must be a table, not " + name_of_type(value.node),
                           "write it as [" + value.key + "]");
            return;
        }
        read_table(*table, value.key + ".", keys, part(target), value.problems);
    };
}

}  // namespace cadenced
