// What is to happen to the platform at a later instant, whoever is connected by then.
#pragma once

#include <functional>
#include <map>
#include <optional>

#include "tests/sandbox/instant.hpp"

namespace sandbox {

struct Platform;

class Agenda {
  public:
    using Task = std::function<void(Platform&, Instant)>;

    void add(Instant at, Task task) { tasks_.emplace(at, std::move(task)); }
    void clear() { tasks_.clear(); }
    [[nodiscard]] std::size_t size() const { return tasks_.size(); }
    [[nodiscard]] std::optional<Instant> next() const;
    // Takes the earliest out when it is due; of two at one instant the one that was added first.
    [[nodiscard]] Task take_due(Instant now);

  private:
    std::multimap<Instant, Task> tasks_;
};

// Lets everything that is due happen, in order, each at the instant it is noticed: `now`.
void run_due(Platform& platform, Instant now);

}  // namespace sandbox
