#include <nlohmann/json.hpp>

#include "daemon/routes/answers.hpp"
#include "daemon/routes/problem.hpp"
#include "daemon/routes/reply_json.hpp"
#include "daemon/routes/rfc3339.hpp"

namespace cadenced::wire {
namespace {

net::HttpReply taken_reply(int status, const cadence::ProofId& proof) {
    return make_reply(status, {{"id", proof.value}, {"status", status}});
}

}  // namespace

net::HttpReply answer(const engine::LaunchTaken& launch) {
    return make_reply(202, {{"expiresAt", to_text(launch.expires_at)}});
}

net::HttpReply answer(const cadence::ProofId& proof, const engine::ProofTaken& taken) {
    switch (taken.status) {
        case engine::ProofStatus::Accepted:
            return taken_reply(201, proof);
        case engine::ProofStatus::Repeated:
            return taken_reply(200, proof);
        case engine::ProofStatus::Conflict:
            return make_problem(409, taken.detail, taken.field);
        case engine::ProofStatus::UnknownSession:
            return make_problem(404, taken.detail, "sessionId");
        case engine::ProofStatus::Refused:
            break;
    }
    return make_problem(422, taken.detail, taken.field);
}

}  // namespace cadenced::wire
