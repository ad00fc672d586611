// cadenced --backfill: asks for the backfill, shows what comes back. Who answers, the running
// daemon or the ledger itself, is the caller's choice; both speak as POST /v1/backfill does.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "cadence/error.hpp"
#include "daemon/exit_code.hpp"
#include "daemon/options.hpp"

namespace cadenced {

struct BackfillReply {
    int status{0};
    std::string body;  // of an error: problem+json
};

using OnLine = std::function<void(std::string_view)>;
// Posts `body`; the lines of a good answer go to `on_line` as they come.
using PostBackfill =
    std::function<cadence::Result<BackfillReply>(const std::string& body, const OnLine& on_line)>;

// A table, or with --json the lines as they come, on stdout; progress and errors on stderr.
// NotFound from `post` is an error of its own (nobody listens) and comes back unprinted.
[[nodiscard]] cadence::Result<ExitCode> show_backfill(const BackfillOptions& options,
                                                      const PostBackfill& post);

}  // namespace cadenced
