#include <nlohmann/json.hpp>

#include "daemon/routes/answers.hpp"
#include "daemon/routes/reply_json.hpp"
#include "daemon/routes/rfc3339.hpp"

namespace cadenced::wire {
namespace {

using nlohmann::ordered_json;

ordered_json to_json(const cadence::Verdict& verdict) {
    return {{"verdict", cadence::to_string(verdict.kind)},
            {"reason", text_or_null(verdict.reason)}};
}

}  // namespace

std::string window_line(const engine::Rejudged& window) {
    return to_line({{"event", "window"},
                    {"id", std::to_string(window.window.value)},
                    {"sessionId", window.session.value},
                    {"metric", window.metric},
                    {"localStart", to_text(window.local_start)},
                    {"localEnd", to_text(window.local_end)},
                    {"before", to_json(window.before)},
                    {"after", to_json(window.after)},
                    {"deliveries", window.deliveries},
                    {"changed", window.changes()}});
}

std::string last_line(const engine::BackfillRange& range, const BackfillTotals& totals) {
    return to_line({{"event", range.dry_run ? "plan" : "done"},
                    {"windows", totals.windows},
                    {"changes", totals.changes}});
}

std::string broken_line(const BackfillTotals& totals) {
    return to_line({{"event", "error"},
                    {"detail",
                     "the daemon failed on the way; what is listed above is done. Its log "
                     "says why; the same call may be repeated"},
                    {"windows", totals.windows},
                    {"changes", totals.changes}});
}

}  // namespace cadenced::wire
