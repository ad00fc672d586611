// engine::Intake over the ledger's one writer.
#pragma once

#include "cadence/zones.hpp"
#include "engine/intake.hpp"
#include "ledger/writer.hpp"

namespace ledger {

class SqliteIntake final : public engine::Intake {
  public:
    // Both outlive this and every call that is under way. `zones` is asked on the writer's thread.
    SqliteIntake(Writer& writer, cadence::Zones& zones) : writer_(writer), zones_(zones) {}

    template <class T>
    using Task = boost::asio::awaitable<cadence::Result<T>>;

    Task<Put> put_session(cadence::SessionSpec spec, cadence::Policy policy,
                          cadence::Instant now) override;
    Task<void> end_session(cadence::SessionId session, std::string reason,
                           cadence::Instant now) override;
    Task<void> pause_session(cadence::SessionId session, cadence::Instant until, std::string reason,
                             cadence::Instant now) override;
    Task<void> resume_session(cadence::SessionId session, cadence::Instant now) override;
    Task<void> pause_all(std::string reason, cadence::Instant now) override;
    Task<void> resume_all(cadence::Instant now) override;
    Task<engine::LaunchTaken> add_launch(engine::Launch launch, cadence::Policy policy,
                                         cadence::Instant now) override;
    Task<engine::ProofTaken> add_proof(engine::Proof proof, cadence::Policy policy,
                                       cadence::Instant now) override;
    Task<std::vector<engine::ProofTaken>> add_proofs(std::vector<engine::Proof> proofs,
                                                     cadence::Policy policy,
                                                     cadence::Instant now) override;
    Task<engine::ContextRecorded> record_context(engine::ContextFound found, cadence::Policy policy,
                                                 cadence::Instant now) override;

  private:
    Writer& writer_;
    cadence::Zones& zones_;
};

}  // namespace ledger
