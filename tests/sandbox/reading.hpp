// The reading of one request, with the faults that strike it while it is read. Pure: it says how
// much may be read and what to do next; the server reads, waits and closes.
//
// A rule can only strike when it is known whom it is for: without a match as soon as the request
// begins, with a session, method or path after the first line, with an action's name at the end.
// When its position had passed by then, it strikes at once, and counts as struck at its position:
// what was read beyond it has no effect.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tests/sandbox/faults.hpp"
#include "tests/sandbox/http.hpp"

namespace sandbox {

struct ReadingStep {
    enum class Kind { Go, Wait, Break };
    Kind kind{Kind::Go};
    Millis wait{0};
    Parting parting{Parting::Close};
};

class Reading {
  public:
    explicit Reading(Faults& faults) : faults_(faults) {}

    // How many bytes to read at once: one at a time while rules watch.
    [[nodiscard]] std::size_t most() const;

    // `raw` is everything that was read of the request so far; `reused` is of its connection.
    void read_on(const std::string& raw, bool reused);
    // It was read to its end, and this is what it says. May corrupt `raw`: true when it did.
    [[nodiscard]] bool complete(std::string& raw, const HttpRequest& request);

    // Ask until it says Go or Break.
    [[nodiscard]] ReadingStep next();

    [[nodiscard]] const Call& call() const { return call_; }
    [[nodiscard]] const std::vector<std::uint64_t>& rules() const { return plan_.rules; }
    [[nodiscard]] std::uint64_t broken_at() const { return broken_at_; }

  private:
    [[nodiscard]] std::optional<std::uint64_t> place_of(const Position& position) const;

    Faults& faults_;
    ReadingPlan plan_;
    Call call_;
    std::uint64_t read_{0};
    std::optional<Extent> extent_;  // once it is complete
    bool begun_{false};
    bool line_known_{false};
    std::uint64_t broken_at_{0};
};

}  // namespace sandbox
