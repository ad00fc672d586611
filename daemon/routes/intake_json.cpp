#include <nlohmann/json.hpp>

#include "daemon/routes/answers.hpp"
#include "daemon/routes/problem.hpp"
#include "daemon/routes/reply_json.hpp"
#include "daemon/routes/rfc3339.hpp"

namespace cadenced::wire {
namespace {

int status_of(engine::ProofStatus status) {
    switch (status) {
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
    return 422;
}

}  // namespace

net::HttpReply answer(const engine::LaunchTaken& launch) {
    return make_reply(202, {{"expiresAt", to_text(launch.expires_at)}});
}

net::HttpReply answer(const cadence::ProofId& proof, const engine::ProofTaken& taken) {
    const int status = status_of(taken.status);
    if (status >= 400) return make_problem(status, taken.detail, taken.field);
    return make_reply(status, {{"id", proof.value}, {"status", status}});
}

std::string proof_line(const std::string& id, std::size_t line, const engine::ProofTaken& taken) {
    const int status = status_of(taken.status);
    nlohmann::ordered_json body{{"id", text_or_null(id)}, {"status", status}};
    if (status >= 400) {
        body["line"] = line;
        body["detail"] = taken.detail;
    }
    return to_line(body);
}

}  // namespace cadenced::wire
