// The table that a benchmark prints: every figure beside its target and a bare baseline that was
// measured in the same run. A miss is printed as one; it is no failure of the program.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace bench {

enum class Wanted { AtMost, AtLeast };

struct Figure {
    std::string what;
    double measured{0};
    std::string unit;  // "ns", "a second", "x of the baseline" …
    Wanted wanted{Wanted::AtMost};
    std::optional<double> target;
    std::string baseline;  // what it is compared with, and that one's own figure
};

class Report {
  public:
    // `title` names the program and what it varied: connections, stored rows.
    explicit Report(std::string title);
    void add(Figure figure);
    // A measured number that explains the others.
    void note(const std::string& text);
    // Markdown, on standard output.
    void print() const;

  private:
    void print_figures() const;

    std::string title_;
    std::vector<Figure> figures_;
    std::vector<std::string> notes_;
};

// Runs what the benchmark `name` does. The exit code: 0, figures missed or not; 70 after an
// exception, which is said on standard error.
[[nodiscard]] int run_benchmark(const std::string& name, const std::function<void()>& work);

}  // namespace bench
