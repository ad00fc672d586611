#include "engine/watch.hpp"

#include <utility>

namespace engine {

Watch::Watch(Clock& clock, Docket& docket, Journal& journal, Sources sources)
    : clock_(&clock), docket_(&docket), journal_(&journal), sources_(std::move(sources)) {}

boost::asio::awaitable<void> Watch::look(std::optional<LedgerTrouble> known) {
    auto const steady = clock_->steady_now();
    if (!known && last_look_ && steady - *last_look_ < kBetweenLooks) co_return;
    last_look_ = steady;
    auto const now = clock_->now();
    if (!known) {
        auto found = co_await docket_->find_trouble(sources_.policy(), now);
        if (found) known = *std::move(found);
    }
    if (known) ledger_ = *std::move(known);
    auto const process = sources_.process ? sources_.process() : ProcessTrouble{};
    auto const warnings = find_warnings(ledger_, sources_.platforms(), process, now);
    for (const auto& line : log_.look(warnings, now, steady)) {
        journal_->write(line.level, line.text);
    }
}

}  // namespace engine
