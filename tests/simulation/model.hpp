// What truly happened in a life, as told by those who were there: what the backend was told, what
// left the daemon, what the platform did. Holds the promises against it while it happens; audit.hpp
// does so at the end. Shares no code with the engine or lib/cadence's decisions.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/simulation/ledger_view.hpp"
#include "tests/simulation/stage.hpp"
#include "tests/simulation/virtual_platform.hpp"
#include "tests/simulation/wrong_clock.hpp"

namespace simulation {

// Pausing and ending win over everything within this.
inline constexpr std::chrono::seconds kWithin{1};
// A platform whose clock is further from the daemon's says that this one is wrong: no punishments.
inline constexpr std::chrono::seconds kTolerableSkew{150};
// Until what is known is surely written down.
inline constexpr std::chrono::seconds kWriteDown{20};

// A proof on its way in.
struct Handed {
    Instant at;    // true time
    Instant wall;  // by the daemon's clock
    int boot{0};   // which start of the machine that was in
};

// A proof that the daemon has acknowledged.
struct Acknowledged {
    std::string session;
    std::string metric;
    std::int64_t amount{1};
    std::optional<Instant> given;  // when it happened, by the backend's own clock, which is right
    std::vector<Handed> tries;     // one of which was taken: the last, unless that was a repetition
    Instant told_at;               // true time
    Instant highest_wall;          // that the daemon's clock had shown by then
};

// A write that has left the daemon.
struct Left {
    std::int64_t delivery{0};
    std::int64_t window{0};
    cadence::Write write;
    std::string session;
    Instant at;
    Instant wall;  // by the daemon's clock
    int effects{0};
    bool late{false};  // it came when nobody expected it any more
    Instant effect_at;
};

// What truly became of a window's punishment.
struct Reckoning {
    std::string session;
    std::int64_t delivery{0};
    cadence::Write write;
    Instant first_left;
    int effects{0};
    int late{0};  // of them
    Instant latest_effect;
    int undone{0};
    // The look, of its lock session's, that must have shown the daemon both.
    std::optional<std::size_t> shown_by;
};

class Model final : public Witness {
  public:
    Model(Stage& stage, Duration longest_silence, std::chrono::seconds day_cap)
        : stage_(&stage), longest_silence_(longest_silence), day_cap_(day_cap) {}

    // The daemon's own database and clock, while it lives.
    struct Daemonic {
        sqlite3* database{nullptr};
        std::function<Instant()> wall;
    };
    void daemon_lives(Daemonic daemonic);
    void daemon_dies();
    // Nothing ran from then to now.
    void slept_since(Instant from);
    void wall_shows(Instant wall);
    // So far from true time.
    void clock_was_set(Duration offset);
    // Nobody can tell any more how long ago anything was that only its clock has dated.
    void machine_reboots();
    void disk_failed();
    void reloaded(std::chrono::seconds day_cap);

    // From the backend. `…_asked`: may have happened; `…_told`: has. Of two opposites under way at
    // once nobody knows which came last: an asking gives a turn, and a telling of an older one says
    // nothing.
    void launch_asked(const std::string& session, const std::string& token, Instant launched_at);
    void proof_told(const std::string& id, Acknowledged proof);
    int put_asked(const std::string& session);
    int end_asked(const std::string& session);
    void end_told(const std::string& session, int turn);
    int pause_asked(const std::string& session);
    void pause_told(const std::string& session, Instant from, Instant until, int turn);
    int brake_asked();
    void brake_told(int turn);
    void decided_by_person(std::int64_t delivery) { decided_.insert(delivery); }

    void leaves(const std::string& session, const std::string& token, const cadence::Write& write,
                const std::string& key) override;
    void applied(const std::string& session, const Effect& effect) override;
    void touched(const std::string& session) override;
    void says_time(Instant platform_time) override;
    void shown(const std::string& session, const engine::Context& context,
               Instant platform_time) override;
    void refused_token(const std::string& session, const std::string& token) override;

    [[nodiscard]] const std::map<std::string, Acknowledged>& proofs() const { return proofs_; }
    [[nodiscard]] const std::map<std::string, Left>& left() const { return left_; }
    [[nodiscard]] bool was_decided(std::int64_t id) const { return decided_.contains(id); }
    [[nodiscard]] bool may_have_ended(const std::string& session) const {
        return once_ended_.contains(session);
    }
    [[nodiscard]] int boot() const { return boot_; }
    // By proofs handed in on time, in truth.
    [[nodiscard]] bool is_surely_met(const WindowSeen& window) const;
    // For a while, because of a wrong clock, proofs may have counted there that don't any more…
    [[nodiscard]] bool may_have_counted(const std::string& session, const std::string& metric,
                                        Instant start, Instant end) const;
    // … or this one may still.
    [[nodiscard]] bool may_have_counted(const std::string& id, Instant start, Instant end) const;
    [[nodiscard]] const std::map<std::int64_t, Reckoning>& reckonings() const {
        return reckonings_;
    }
    // The daemon has surely been shown both effects of this window's punishment.
    // The lock shows that one of these was doubled, and cannot show which.
    [[nodiscard]] bool may_be_mistaken(const Reckoning& reckoning) const;
    [[nodiscard]] bool surely_shown(const Reckoning& reckoning) const;
    // Somebody else changed the lock while, or not long after, this left.
    [[nodiscard]] bool was_touched(const std::string& session, Instant left_at) const;
    // Another one of the same seconds, long given up, came after this one had left: on the lock
    // they look alike, and one is there.
    [[nodiscard]] bool looks_like_a_late_one(const Left& left) const;

  private:
    struct Launched {
        std::string session;
        Instant expires_at;
    };
    struct Pause {
        Instant from;  // by the daemon's clock
        Instant until;
        bool dated{true};  // by a clock that was right
    };
    struct Pausing {
        int turn{0};
        bool certain{false};
        Instant told_at;
        Instant until;    // by the daemon's clock
        Instant over_at;  // true time
        std::vector<Pause> all;
    };
    struct Counted {
        std::int64_t in_time{0};
        std::int64_t late{0};
    };
    struct Look {
        Instant at;    // true time
        Instant wall;  // by the daemon's clock
        std::optional<std::vector<engine::PlatformRequirement>> requirements;
        bool clocks_disagree{false};
        bool certain{true};  // the daemon has surely written it down
    };

    void check_token(const std::string& session, const std::string& token);
    // Of a punishment or undo.
    void check_judgement(const std::string& session, Left& left);
    void check_brakes(const std::string& session);
    void check_owner(const WindowSeen& window);
    void check_count(const WindowSeen& window);
    void count_proof(const std::string& id, const Acknowledged& proof, const WindowSeen& window,
                     Counted& counted) const;
    void tell_proofs(const WindowSeen& window) const;
    [[nodiscard]] Counted count_proofs(const WindowSeen& window) const;
    // Nobody knows when it was handed in.
    [[nodiscard]] bool is_lost_to_time(const std::string& id, const Acknowledged& proof,
                                       const WindowSeen& window) const;
    [[nodiscard]] bool may_have_counted(const Acknowledged& proof, Instant start,
                                        Instant end) const;
    // The daemon has had the time to correct what a wrong clock had dated.
    [[nodiscard]] bool has_corrected(Duration within) const;
    void keep_corrected();
    void check_excuses(const WindowSeen& window);
    [[nodiscard]] bool is_paused(const WindowSeen& window) const;
    [[nodiscard]] bool is_mostly_silent(const WindowSeen& window) const;
    void check_sent_again(const WindowSeen& window);
    void check_cap(const Left& left, const WindowSeen& window);
    void check_undo(const Left& left, const WindowSeen& window);
    [[nodiscard]] std::chrono::seconds punished_on(std::int64_t day, const Left& left,
                                                   const std::string& zone) const;
    // Whether a look at the lock tells now how often this one was applied.
    [[nodiscard]] bool tells(const Reckoning& reckoning) const;
    void look_for_doubles(const std::string& session);
    void violated(const std::string& what, const WindowSeen& window);
    void doubt_looks();
    [[nodiscard]] Instant wall() const;

    Stage* stage_;
    Duration longest_silence_;
    Daemonic daemonic_;
    std::optional<Instant> died_at_;
    std::vector<std::pair<Instant, Instant>> silences_;  // true time
    Instant highest_wall_{};
    WrongClock clock_;
    int boot_{1};
    Instant disturbed_at_{};              // by a step, a birth or its disk
    std::set<std::string> dated_wrong_;   // proofs, by a clock that has not been set right since
    std::set<std::string> lost_to_time_;  // … and will not be in the life of that machine
    std::vector<Instant> births_;         // what the clock showed
    std::map<std::string, Launched> launches_;  // by token
    std::map<std::string, Acknowledged> proofs_;
    std::map<std::string, Instant> ended_;
    std::map<std::string, int> turns_;  // of putting and ending
    std::set<std::string> once_ended_;
    int brake_turn_{0};
    std::map<std::string, Pausing> pauses_;
    std::optional<Instant> braked_since_;
    std::map<std::string, std::vector<Look>> looks_;
    std::map<std::string, Left> left_;              // by the mark of the write
    std::map<std::int64_t, Reckoning> reckonings_;  // by window
    std::map<std::string, std::vector<Instant>> touched_;
    std::chrono::seconds day_cap_;
    std::chrono::seconds earlier_cap_{0};
    Instant cap_since_{};
    std::set<std::int64_t> decided_;
};

}  // namespace simulation
