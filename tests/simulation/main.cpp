// Lives simulated lives, one a seed, and says what was promised and not kept. A failing seed is
// replayed by --seed N, with --trace to see all of it.
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "tests/simulation/campaign.hpp"

int main(int argc, char** argv) {
    simulation::CampaignOptions options;
    CLI::App app{
        "Simulates weeks of many wearers' lives with everything that can go wrong in them,"
        " and checks what cadenced promises."};
    std::uint64_t seed = 0;
    auto* const one = app.add_option("--seed", seed, "live this one life again");
    app.add_option("--seeds", options.seeds, "how many lives")->excludes(one);
    app.add_option("--first", options.first, "the first one's seed")->excludes(one);
    app.add_option("--days", options.days, "of each life")->check(CLI::Range(1, 3650));
    app.add_option("--wearers", options.wearers, "in each life")->check(CLI::Range(1, 1000));
    app.add_option("--jobs", options.jobs, "processes that live them")->check(CLI::Range(1, 64));
    app.add_flag("--undisturbed", options.undisturbed, "nobody else touches the locks");
    app.add_flag(
        "--fair", options.fair,
        "nor does a second fault come right after the first: answers get lost, daemons die,"
        " and what is tried next mostly works");
    app.add_flag("--clocks", options.clocks,
                 "the machine's clock is wrong often, and proofs seldom say when they happened");
    app.add_flag("--forever", options.forever, "until stopped or a promise is broken");
    app.add_flag("--all", options.all, "go on after a broken promise");
    app.add_flag("--trace", options.trace, "print everything that happens");
    app.add_option(
        "--expect-violation", options.expect_violation,
        "succeed when the sentence of the broken promise fits this regular expression: for "
        "daemons with a deliberate fault");
    app.add_option("--most-held", options.most_held,
                   "fail if more of the ambiguous add_time or freeze were held, as a share")
        ->check(CLI::Range(0.0, 1.0));
    CLI11_PARSE(app, argc, argv);
    if (*one) {
        options.first = seed;
        options.seeds = 1;
    }
    return simulation::run_campaign(options);
}
