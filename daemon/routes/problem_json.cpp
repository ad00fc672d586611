#include <nlohmann/json.hpp>

#include "daemon/routes/problem.hpp"
#include "daemon/routes/reply_json.hpp"
#include "net/http_message.hpp"

namespace cadenced::wire {
namespace {

using cadence::ErrorCode;
using nlohmann::ordered_json;

}  // namespace

int status_of(ErrorCode code) {
    switch (code) {
        case ErrorCode::InvalidArgument:
        case ErrorCode::Configuration:
            return 422;
        case ErrorCode::NotFound:
            return 404;
        case ErrorCode::Conflict:
            return 409;
        case ErrorCode::TooLarge:
            return 413;
        case ErrorCode::Malformed:
            return 400;
        case ErrorCode::StorageBusy:
        case ErrorCode::Cancelled:
            return 503;
        case ErrorCode::CannotConnect:
        case ErrorCode::TimedOut:
        case ErrorCode::Crowded:
        case ErrorCode::Interrupted:
        case ErrorCode::StorageCorrupt:
        case ErrorCode::StorageForeign:
        case ErrorCode::AlreadyRunning:
        case ErrorCode::CannotCreate:
        case ErrorCode::PermissionDenied:
        case ErrorCode::Internal:
            break;
    }
    return 500;
}

net::HttpReply make_problem(int status, const std::string& detail, const std::string& field,
                            const std::vector<std::string>& reasons) {
    ordered_json body{{"type", "about:blank"},
                      {"title", net::reason_phrase(status)},
                      {"status", status},
                      {"detail", detail}};
    if (!field.empty()) body["field"] = field;
    if (!reasons.empty()) body["reasons"] = reasons;
    net::HttpReply reply = make_reply(status, body);
    reply.content_type = "application/problem+json";
    return reply;
}

net::HttpReply problem_of(const cadence::Error& error) {
    const int status = status_of(error.code);
    if (status == 500) {
        return make_problem(status, "the daemon failed at this; its log says why");
    }
    if (status == 503) {
        net::HttpReply reply = make_problem(
            status, "nothing was changed: the daemon cannot write at the moment; try again");
        reply.headers.emplace_back("retry-after", "5");
        return reply;
    }
    return make_problem(status, error.detail, error.field);
}

}  // namespace cadenced::wire
