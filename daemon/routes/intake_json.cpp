#include <nlohmann/json.hpp>

#include "daemon/routes/answers.hpp"
#include "daemon/routes/problem.hpp"
#include "daemon/routes/reply_json.hpp"
#include "daemon/routes/rfc3339.hpp"

namespace cadenced::wire {
namespace {

constexpr int kUnavailable = 503;
constexpr const char* kUntilTheClockIsRight = "60";

int status_of(const engine::ProofTaken& taken) {
    switch (taken.status) {
        case engine::ProofStatus::Accepted:
            return 201;
        case engine::ProofStatus::Repeated:
            return 200;
        case engine::ProofStatus::Conflict:
            return 409;
        case engine::ProofStatus::UnknownSession:
            return 404;
        case engine::ProofStatus::Refused:
            break;
    }
    return taken.by_clock ? kUnavailable : 422;
}

}  // namespace

net::HttpReply answer(const engine::LaunchTaken& launch) {
    return make_reply(202, {{"expiresAt", to_text(launch.expires_at)}});
}

net::HttpReply answer(const cadence::ProofId& proof, const engine::ProofTaken& taken) {
    const int status = status_of(taken);
    if (status == kUnavailable) {
        net::HttpReply reply = make_problem(status, taken.detail, taken.field);
        reply.headers.emplace_back("retry-after", kUntilTheClockIsRight);
        return reply;
    }
    if (status >= 400) return make_problem(status, taken.detail, taken.field);
    return make_reply(status, {{"id", proof.value}, {"status", status}});
}

std::string proof_line(const std::string& id, std::size_t line, const engine::ProofTaken& taken) {
    const int status = status_of(taken);
    // A proof that was taken has an id without anything that JSON would escape.
    if (status < 400) return "{\"id\":\"" + id + "\",\"status\":" + std::to_string(status) + "}\n";
    return to_line(
        {{"id", text_or_null(id)}, {"status", status}, {"line", line}, {"detail", taken.detail}});
}

}  // namespace cadenced::wire
