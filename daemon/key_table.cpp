#include "daemon/key_table.hpp"

namespace cadenced {

void Value::complain(std::string what, std::string remedy) const {
    problems.push_back(problem_at(node.source(), key, std::move(what), std::move(remedy)));
}

Problem problem_at(const toml::source_region& place, std::string key, std::string what,
                   std::string remedy) {
    Problem problem;
    if (place.begin.line > 0) problem.line = static_cast<std::uint32_t>(place.begin.line);
    if (place.begin.column > 0) problem.column = static_cast<std::uint32_t>(place.begin.column);
    problem.key = std::move(key);
    problem.what = std::move(what);
    problem.remedy = std::move(remedy);
    return problem;
}

std::string name_of_type(const toml::node& node) {
    switch (node.type()) {
        case toml::node_type::table:
            return "a table";
        case toml::node_type::array:
            return "an array";
        case toml::node_type::string:
            return "a string";
        case toml::node_type::integer:
            return "an integer";
        case toml::node_type::floating_point:
            return "a fraction";
        case toml::node_type::boolean:
            return "a boolean";
        case toml::node_type::date:
        case toml::node_type::time:
        case toml::node_type::date_time:
            return "a date or time";
        case toml::node_type::none:
            break;
    }
    return "nothing";
}

void complain_of_unknown_key(const toml::key& key, const std::string& prefix,
                             const std::vector<std::string>& known, Problems& problems) {
    std::string remedy;
    if (const auto near = find_near_name(key.str(), known)) {
        remedy = "did you mean " + *near + "?";
    } else {
        remedy = "remove it; known here:";
        for (const std::string& name : known) remedy += (name == known.front() ? " " : ", ") + name;
    }
    problems.push_back(problem_at(key.source(), prefix + std::string{key.str()},
                                  "is not a key of this configuration", std::move(remedy)));
}

}  // namespace cadenced
