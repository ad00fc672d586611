// The operator's backend: hands in what it has to the daemon and asks again until it is answered,
// through crashes and full disks. Tells the model what it was told.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/simulation/daemon.hpp"
#include "tests/simulation/model.hpp"

namespace simulation {

class Backend {
  public:
    Backend(Stage& stage, Daemon& daemon, Model& model, Dice dice)
        : stage_(&stage), daemon_(&daemon), model_(&model), dice_(dice) {}

    void put(cadence::SessionSpec spec);
    void end(const std::string& session);
    void pause(const std::string& session, Duration length);
    void resume(const std::string& session);
    void brake();
    void release();
    void launch(engine::Launch launch);
    void prove(engine::Proof proof);
    // A person looks at the platform and says of every held write what became of it; now and then
    // waives, or has one tried again that was rejected.
    void look_after_held();

    // Every call that was under way broke off.
    void daemon_died();
    [[nodiscard]] bool idle() const { return errands_.empty(); }

  private:
    using Answered = boost::asio::awaitable<bool>;  // false: ask again
    using Call = std::function<Answered()>;
    struct Errand {
        Call call;
        Instant give_up;
        int tries{0};
        bool under_way{false};
        bool over{false};
    };

    // `patience`: how long it asks again.
    void ask(Call call, Duration patience);
    void go(const std::shared_ptr<Errand>& errand);
    void go_again(const std::shared_ptr<Errand>& errand);
    void came_home(const std::shared_ptr<Errand>& errand, bool answered);

    [[nodiscard]] Answered call_put(cadence::SessionSpec spec);
    [[nodiscard]] Answered call_end(cadence::SessionId session);
    [[nodiscard]] Answered call_pause(cadence::SessionId session, Duration length);
    [[nodiscard]] Answered call_resume(cadence::SessionId session);
    [[nodiscard]] Answered call_brake();
    [[nodiscard]] Answered call_release();
    [[nodiscard]] Answered call_launch(engine::Launch launch);
    // Of one proof.
    struct Proving {
        engine::Proof proof;
        bool queued{false};  // what is refused for the daemon's clock is handed in again
        std::vector<Handed> tries;
    };
    [[nodiscard]] Answered call_prove(std::shared_ptr<Proving> proving);
    [[nodiscard]] bool took_proof(Proving& proving, const engine::ProofTaken& taken);
    void decide(std::int64_t delivery, const std::string& state);
    // All held ones of a lock session alike, if they are.
    [[nodiscard]] bool decide_alike(const std::string& session);
    [[nodiscard]] bool happened(std::int64_t delivery) const;
    [[nodiscard]] Answered call_retry(cadence::DeliveryId delivery);
    [[nodiscard]] Answered call_waive(cadence::DeliveryId delivery);
    [[nodiscard]] Answered call_waive_all(std::string session);
    [[nodiscard]] Answered call_settle_all(std::string session, engine::Settlement outcome);
    [[nodiscard]] std::optional<engine::Settlement> find_common(const std::string& session);
    [[nodiscard]] Answered call_settle(cadence::DeliveryId delivery, engine::Settlement outcome);
    [[nodiscard]] bool answered(const cadence::Error& error, const char* call);

    Stage* stage_;
    Daemon* daemon_;
    Model* model_;
    Dice dice_;
    std::vector<std::shared_ptr<Errand>> errands_;
};

}  // namespace simulation
