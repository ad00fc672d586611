#include "daemon/problem.hpp"

#include <algorithm>
#include <tuple>

#include "cadence/printable.hpp"

namespace cadenced {

std::string to_string(const Problem& problem, const std::string& file) {
    std::string text = file + ":";
    if (problem.line > 0) {
        text += std::to_string(problem.line) + ":" + std::to_string(problem.column) + ":";
    }
    text += " ";
    if (!problem.key.empty()) text += problem.key + ": ";
    return cadence::to_printable(text + problem.what + "; " + problem.remedy);
}

std::string to_string(const Problems& problems, const std::string& file) {
    std::string text;
    for (const Problem& problem : problems) {
        if (!text.empty()) text += '\n';
        text += to_string(problem, file);
    }
    return text;
}

void sort_by_place(Problems& problems) {
    std::stable_sort(problems.begin(), problems.end(), [](const Problem& a, const Problem& b) {
        return std::tie(a.line, a.column) < std::tie(b.line, b.column);
    });
}

}  // namespace cadenced
