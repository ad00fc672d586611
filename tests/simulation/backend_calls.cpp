// The backend's single calls, and what each answer tells.
#include <fmt/format.h>

#include "tests/simulation/backend.hpp"

namespace simulation {

using boost::asio::awaitable;
using cadence::ErrorCode;

// A refusal is an answer; a disk that fails is not.
bool Backend::answered(const cadence::Error& error, const char* call) {
    stage_->say(
        fmt::format("told call={} error={} detail={}", call, to_string(error.code), error.detail));
    if (error.code == ErrorCode::Internal) {
        stage_->violated(fmt::format("{} met a fault of the ledger's own: {}", call, error.detail));
    }
    return error.code == ErrorCode::InvalidArgument || error.code == ErrorCode::Conflict ||
           error.code == ErrorCode::NotFound;
}

awaitable<bool> Backend::call_put(cadence::SessionSpec spec) {
    model_->put_asked(spec.id.value);
    auto const id = spec.id.value;
    auto const put =
        co_await daemon_->intake().put_session(spec, daemon_->settings().policy, daemon_->wall());
    if (!put) co_return answered(put.error(), "put");
    stage_->say("told put session=" + id);
    co_return true;
}

awaitable<bool> Backend::call_end(cadence::SessionId session) {
    auto const turn = model_->end_asked(session.value);
    auto const ended = co_await daemon_->intake().end_session(session, "over", daemon_->wall());
    if (!ended) co_return answered(ended.error(), "end");
    stage_->say("told end session=" + session.value);
    model_->end_told(session.value, turn);
    co_return true;
}

awaitable<bool> Backend::call_pause(cadence::SessionId session, Duration length) {
    auto const turn = model_->pause_asked(session.value);
    auto const from = daemon_->wall();
    auto const until = from + length;
    auto const paused = co_await daemon_->intake().pause_session(session, until, "ill", from);
    if (!paused) co_return answered(paused.error(), "pause");
    stage_->say("told pause session=" + session.value);
    model_->pause_told(session.value, from, until, turn);
    co_return true;
}

awaitable<bool> Backend::call_resume(cadence::SessionId session) {
    model_->pause_asked(session.value);
    auto const resumed = co_await daemon_->intake().resume_session(session, daemon_->wall());
    if (!resumed) co_return answered(resumed.error(), "resume");
    stage_->say("told resume session=" + session.value);
    co_return true;
}

awaitable<bool> Backend::call_brake() {
    auto const turn = model_->brake_asked();
    auto const braked = co_await daemon_->intake().pause_all("stop", daemon_->wall());
    if (!braked) co_return answered(braked.error(), "brake");
    stage_->say("told brake");
    model_->brake_told(turn);
    co_return true;
}

awaitable<bool> Backend::call_release() {
    model_->brake_asked();
    auto const released = co_await daemon_->intake().resume_all(daemon_->wall());
    if (!released) co_return answered(released.error(), "release");
    stage_->say("told release");
    co_return true;
}

awaitable<bool> Backend::call_launch(engine::Launch launch) {
    auto const token = std::string{launch.token.reveal()};
    model_->launch_asked(launch.session.value, token, launch.launched_at);
    auto const session = launch.session.value;
    auto const taken = co_await daemon_->intake().add_launch(
        std::move(launch), daemon_->settings().policy, daemon_->wall());
    if (!taken) co_return answered(taken.error(), "launch");
    stage_->say(fmt::format("told launch session={} token={} expires={}", session, token,
                            cadence::to_ms(taken->expires_at)));
    co_return true;
}

awaitable<bool> Backend::call_prove(std::shared_ptr<Proving> proving) {
    auto const wall = daemon_->wall();
    proving->tries.push_back({stage_->now(), wall, model_->boot()});
    proving->proof.uptime = daemon_->uptime();
    auto const taken =
        co_await daemon_->intake().add_proof(proving->proof, daemon_->settings().policy, wall);
    if (!taken) co_return answered(taken.error(), "proof");
    co_return took_proof(*proving, *taken);
}

bool Backend::took_proof(Proving& proving, const engine::ProofTaken& taken) {
    auto const& proof = proving.proof;
    stage_->say(fmt::format("told proof={} status={} {}", proof.id.value,
                            static_cast<int>(taken.status), taken.detail));
    auto told = [&proof](std::vector<Handed> tries) {
        return Acknowledged{proof.session.value,
                            proof.metric,
                            proof.amount,
                            proof.happened_at,
                            std::move(tries),
                            {},
                            {}};
    };
    switch (taken.status) {
        case engine::ProofStatus::Repeated:
            if (proving.tries.size() == 1) {
                stage_->violated("a proof was known before it was handed in: " + proof.id.value);
            }
            model_->proof_told(proof.id.value, told(proving.tries));
            break;
        case engine::ProofStatus::Accepted:
            model_->proof_told(proof.id.value, told({proving.tries.back()}));
            break;
        case engine::ProofStatus::Conflict:
            stage_->violated("a proof handed in again is said to be another: " + proof.id.value);
            break;
        case engine::ProofStatus::UnknownSession:
            stage_->count("proofs refused");
            break;
        case engine::ProofStatus::Refused:
            if (taken.detail.find("in the future") == std::string::npos) {
                stage_->count("proofs refused");
                break;
            }
            stage_->count("proofs refused by a clock that is behind");
            return !proving.queued;
    }
    return true;
}

}  // namespace simulation
