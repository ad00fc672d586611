#include "tests/bench/report.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <utility>

namespace bench {
namespace {

std::string number(double value) {
    if (value >= 1000) return fmt::format("{:.0f}", value);
    return fmt::format("{:.3g}", value);
}

bool met(const Figure& figure) {
    return figure.wanted == Wanted::AtMost ? figure.measured <= figure.target
                                           : figure.measured >= figure.target;
}

}  // namespace

Report::Report(std::string title) : title_(std::move(title)) {}

void Report::add(Figure figure) { figures_.push_back(std::move(figure)); }

void Report::note(const std::string& text) { notes_.push_back(text); }

void Report::print() const {
    fmt::print("\n### {}\n\n| figure | measured | target | | baseline, in the same run |\n"
               "|---|---|---|---|---|\n",
               title_);
    for (const Figure& figure : figures_) {
        fmt::print("| {} | {} {} | {} {} | {} | {} |\n", figure.what, number(figure.measured),
                   figure.unit, figure.wanted == Wanted::AtMost ? "≤" : "≥", number(figure.target),
                   met(figure) ? "met" : "MISSED", figure.baseline);
    }
    for (const std::string& text : notes_) fmt::print("\n{}\n", text);
    std::fflush(stdout);
}

}  // namespace bench
