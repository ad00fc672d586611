#include "tests/sandbox/agenda.hpp"

#include "tests/sandbox/platform.hpp"

namespace sandbox {

std::optional<Instant> Agenda::next() const {
    if (tasks_.empty()) return std::nullopt;
    return tasks_.begin()->first;
}

Agenda::Task Agenda::take_due(Instant now) {
    if (tasks_.empty() || tasks_.begin()->first > now) return {};
    auto task = std::move(tasks_.begin()->second);
    tasks_.erase(tasks_.begin());
    return task;
}

void run_due(Platform& platform, Instant now) {
    while (auto const task = platform.agenda.take_due(now)) task(platform, now);
}

}  // namespace sandbox
