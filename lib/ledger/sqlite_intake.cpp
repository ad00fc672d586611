// Each call is a unit of work by value: it may run after the caller was cancelled.
#include "ledger/sqlite_intake.hpp"

#include "ledger/contexts.hpp"
#include "ledger/launches.hpp"
#include "ledger/pauses.hpp"
#include "ledger/proofs.hpp"
#include "ledger/sessions.hpp"

namespace ledger {

using boost::asio::awaitable;
using cadence::Instant;
using cadence::Policy;
using cadence::Result;
using cadence::SessionId;
using engine::Intake;

awaitable<Result<Intake::Put>> SqliteIntake::put_session(cadence::SessionSpec spec, Policy policy,
                                                         Instant now) {
    return writer_.run<Put>(
        [zones = &zones_, spec = std::move(spec), policy, now](Database& database) {
            return ledger::put_session(database, *zones, spec, policy, now);
        });
}

awaitable<Result<void>> SqliteIntake::end_session(SessionId session, std::string reason,
                                                  Instant now) {
    return writer_.run<void>([session = std::move(session), reason = std::move(reason),
                              now](Database& database) -> Result<void> {
        if (!find_session(database, session)) {
            return cadence::fail(cadence::ErrorCode::NotFound,
                                 "there is no lock session '" + session.value + "'");
        }
        end_session_rows(database, session, reason, now);
        return {};
    });
}

awaitable<Result<void>> SqliteIntake::pause_session(SessionId session, Instant until,
                                                    std::string reason, Instant now) {
    return writer_.run<void>(
        [session = std::move(session), until, reason = std::move(reason), now](Database& database) {
            return ledger::pause_session(database, session, until, reason, now);
        });
}

awaitable<Result<void>> SqliteIntake::resume_session(SessionId session, Instant now) {
    return writer_.run<void>([session = std::move(session), now](Database& database) {
        return ledger::resume_session(database, session, now);
    });
}

awaitable<Result<void>> SqliteIntake::pause_all(std::string reason, Instant now) {
    return writer_.run<void>([reason = std::move(reason), now](Database& database) -> Result<void> {
        ledger::pause_all(database, reason, now);
        return {};
    });
}

awaitable<Result<void>> SqliteIntake::resume_all(Instant now) {
    return writer_.run<void>([now](Database& database) -> Result<void> {
        ledger::resume_all(database, now);
        return {};
    });
}

awaitable<Result<engine::LaunchTaken>> SqliteIntake::add_launch(engine::Launch launch,
                                                                Policy policy, Instant now) {
    return writer_.run<engine::LaunchTaken>(
        [zones = &zones_, launch = std::move(launch), policy, now](Database& database) {
            return ledger::add_launch(database, *zones, launch, policy, now);
        });
}

awaitable<Result<engine::ProofTaken>> SqliteIntake::add_proof(engine::Proof proof, Policy policy,
                                                              Instant now) {
    return writer_.run<engine::ProofTaken>(
        [zones = &zones_, proof = std::move(proof), policy, now](Database& database) {
            return ledger::add_proof(database, *zones, proof, policy, now);
        });
}

awaitable<Result<std::vector<engine::ProofTaken>>> SqliteIntake::add_proofs(
    std::vector<engine::Proof> proofs, Policy policy, Instant now) {
    return writer_.run<std::vector<engine::ProofTaken>>(
        [zones = &zones_, proofs = std::move(proofs), policy,
         now](Database& database) -> Result<std::vector<engine::ProofTaken>> {
            return ledger::add_proofs(database, *zones, proofs, policy, now);
        },
        Writer::Room::Alone);
}

awaitable<Result<engine::ContextRecorded>> SqliteIntake::record_context(engine::ContextFound found,
                                                                        Policy policy,
                                                                        Instant now) {
    return writer_.run<engine::ContextRecorded>(
        [zones = &zones_, found = std::move(found), policy, now](Database& database) {
            return ledger::record_context(database, *zones, found, policy, now);
        });
}

}  // namespace ledger
