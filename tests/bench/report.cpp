#include "tests/bench/report.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <utility>

namespace bench {
namespace {

std::string number(double value) {
    if (value >= 1000) return fmt::format("{:.0f}", value);
    return fmt::format("{:.3g}", value);
}

// The cells "target" and "met".
std::string judged(const Figure& figure) {
    if (!figure.target) return "none | ";
    const bool at_most = figure.wanted == Wanted::AtMost;
    const bool met =
        at_most ? figure.measured <= *figure.target : figure.measured >= *figure.target;
    return fmt::format("{} {} | {}", at_most ? "≤" : "≥", number(*figure.target),
                       met ? "met" : "MISSED");
}

}  // namespace

Report::Report(std::string title) : title_(std::move(title)) {}

void Report::add(Figure figure) { figures_.push_back(std::move(figure)); }

void Report::note(const std::string& text) { notes_.push_back(text); }

void Report::print_figures() const {
    fmt::print(
        "\n| figure | measured | target | | baseline, in the same run |\n"
        "|---|---|---|---|---|\n");
    for (const Figure& figure : figures_) {
        fmt::print("| {} | {} {} | {} | {} |\n", figure.what, number(figure.measured), figure.unit,
                   judged(figure), figure.baseline);
    }
}

void Report::print() const {
    fmt::print("\n### {}\n", title_);
    if (!figures_.empty()) print_figures();
    for (const std::string& text : notes_) fmt::print("\n{}\n", text);
    std::fflush(stdout);
}

int run_benchmark(const std::string& name, const std::function<void()>& work) {
    try {
        work();
        return 0;
    } catch (const std::exception& error) {
        fmt::print(stderr, "{}: {}\n", name, error.what());
        return 70;
    }
}

}  // namespace bench
