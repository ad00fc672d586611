// One thing that is wrong with the configuration file: where, what, and what would be right.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace cadenced {

struct Problem {
    std::uint32_t line{1};  // both count from 1; 0: of a file that was not read
    std::uint32_t column{1};
    std::string key;     // dotted: "platform.chastify.timeout"; empty of the file as a whole
    std::string what;    // "is out of range"
    std::string remedy;  // "write a duration from 1s to 120s"
};

using Problems = std::vector<Problem>;

// "FILE:LINE:COLUMN: KEY: WHAT; REMEDY", one line whatever the file holds; without what there is
// not.
[[nodiscard]] std::string to_string(const Problem& problem, const std::string& file);

// All of them, one a line, without a line feed at the end.
[[nodiscard]] std::string to_string(const Problems& problems, const std::string& file);

// In the order of the file.
void sort_by_place(Problems& problems);

}  // namespace cadenced
