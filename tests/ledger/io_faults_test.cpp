// A short life of the ledger, over and over, with the first, the second … call to the disk failing,
// once and for ever, until the whole of it passes unharmed. Whatever was acknowledged is there
// afterwards, the file is sound, and a disk that works again is enough.
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "ledger/launches.hpp"
#include "ledger/sqlite_docket.hpp"
#include "ledger/sqlite_intake.hpp"
#include "ledger/sqlite_outbox.hpp"
#include "ledger/store.hpp"
#include "tests/ledger/faulty_disk.hpp"
#include "tests/ledger/ledger_fixture.hpp"

namespace ledger_test {
namespace {

using Fault = FaultyDisk::Fault;

// How a life ends: in good order, or with what has reached the platter by then.
enum class End { Closed, PowerCut };
// Pages in the log, so that some lives of the power cuts see checkpoints and a log begun anew.
constexpr const char* kFrequentCheckpoints = "PRAGMA wal_autocheckpoint = 12";

// Of such a life sees a few only.
bool is_rare(Fault fault) { return fault == Fault::TruncateFails || fault == Fault::OpenFails; }

// Each call in the optimised build; some of them where a life takes five times as long. What fails
// in another way at the same calls, and reads, of which there are many, are tried at every third.
#ifdef NDEBUG
constexpr int kStride = 1;
#else
constexpr int kStride = 23;
#endif
int stride_of(Fault fault, End end) {
    if (is_rare(fault)) return 1;
    const bool of_syncs = fault == Fault::SyncFails || fault == Fault::SyncForgets;
    const bool many = fault == Fault::WriteCut || fault == Fault::Full || fault == Fault::ReadFails;
    const int alike = many ? 3 : 1;
    return end == End::PowerCut && !of_syncs ? 10 * alike * kStride : alike * kStride;
}

// What came home as done.
struct Acknowledged {
    std::set<std::string> proofs;
    std::set<std::int64_t> in_flight;  // deliveries whose attempt began
    std::set<std::int64_t> finished;
    int failed{0};  // calls that came home with an error
};

class Life {
  public:
    explicit Life(ledger::Database database)
        : writer_(std::move(database), loop_.get_executor(),
                  [this](cadence::Error error) { fatal_ = std::move(error); }),
          intake_(writer_, zones_),
          docket_(writer_, zones_),
          outbox_(writer_, zones_) {}

    void live(Acknowledged& said) {
        cadence::RequirementSpec daily;
        daily.metric = "check_in";
        daily.rules.key = "check_in";
        daily.rules.punishment = {cadence::PunishmentType::AddTime, 3600s, ""};
        daily.rules.first_window = cadence::FirstWindow::Strict;
        daily.active_from = now_ - 48h;
        daily.punish_past = true;
        cadence::SessionSpec session;
        session.id = {"lock-1"};
        session.platform = "chastify";
        session.timezone = "Europe/Berlin";
        session.requirements.push_back(daily);
        note(said, run(intake_.put_session(session, policy_, now_)));
        for (int i = 0; i < 4; ++i) hand_in(said, "proof-" + std::to_string(i));
        now_ += 30min;
        note(said, run(docket_.beat_and_work_off(policy_, {now_}, 100)));
        launch(said);
        for (std::int64_t delivery = 1; delivery <= 3; ++delivery) send(said, delivery);
        for (int i = 4; i < 6; ++i) hand_in(said, "proof-" + std::to_string(i));
        note(said, run(docket_.beat_and_work_off(policy_, {now_ + 30s}, 100)));
    }

    void hand_in(Acknowledged& said, const std::string& id) {
        const auto taken = run(intake_.add_proof(
            engine::Proof{{id}, {"lock-1"}, "check_in", 1, std::nullopt}, policy_, now_));
        note(said, taken);
        if (taken && taken->status == engine::ProofStatus::Accepted) said.proofs.insert(id);
    }

    [[nodiscard]] const std::optional<cadence::Error>& fatal() const { return fatal_; }
    [[nodiscard]] bool healthy() const {
        const auto health = writer_.health();
        return health.committed && health.checkpointed;
    }

  private:
    template <class T>
    T run(boost::asio::awaitable<T> task) {
        std::optional<T> result;
        boost::asio::co_spawn(loop_, std::move(task),
                              [&result](const std::exception_ptr& failure, T value) {
                                  if (failure) std::rethrow_exception(failure);
                                  result = std::move(value);
                              });
        loop_.restart();
        loop_.run();
        return std::move(result).value();
    }

    template <class T>
    static void note(Acknowledged& said, const cadence::Result<T>& result) {
        said.failed += result ? 0 : 1;
    }

    void launch(Acknowledged& said) {
        engine::Launch launch;
        launch.session = {"lock-1"};
        launch.token = cadence::Secret("token-1");
        launch.launched_at = now_;
        launch.platform = "chastify";
        note(said, run(intake_.add_launch(std::move(launch), policy_, now_)));
        note(said, run(intake_.record_context(context(), policy_, now_)));
    }

    [[nodiscard]] engine::ContextFound context() const {
        engine::ContextFound found;
        found.session = {"lock-1"};
        found.token_hash = ledger::hash_of_token("token-1");
        found.context.lock = {now_, false, 100'000, std::nullopt};
        found.context.requirements.emplace();
        return found;
    }

    void send(Acknowledged& said, std::int64_t delivery) {
        const auto begun = run(outbox_.begin_attempt(
            {{delivery}, ledger::hash_of_token("token-1"), context()}, policy_, now_));
        note(said, begun);
        if (!begun || begun->begun != engine::Begun::Started) return;
        said.in_flight.insert(delivery);
        cadence::Answer answer;
        answer.kind = cadence::AnswerKind::Applied;
        const auto finished = run(outbox_.finish_attempt({delivery}, begun->number, answer, 0.5,
                                                         {policy_, 0ms, false}, now_));
        note(said, finished);
        if (finished) said.finished.insert(delivery);
    }

    boost::asio::io_context loop_;
    SampleZones zones_;
    cadence::Policy policy_;
    Instant now_{utc(2026, 6, 1, 10h)};
    std::optional<cadence::Error> fatal_;
    ledger::Writer writer_;
    ledger::SqliteIntake intake_;
    ledger::SqliteDocket docket_;
    ledger::SqliteOutbox outbox_;
};

std::string answer_to(ledger::Database& database, const std::string& sql) {
    auto row = database.query(sql);
    return row.step() ? row.text(0) : std::string{};
}

class IoFaults : public testing::TestWithParam<std::tuple<Fault, End>> {
  protected:
    IoFaults() {
        auto fresh = ledger::open_ledger(template_);
        if (!fresh) throw std::runtime_error(fresh.error().detail);
    }

    // A ledger without anything in it, made once and copied.
    void begin_anew() {
        remove_files();
        std::filesystem::copy_file(template_, path_);
        disk_.forget_files();
    }

    void remove_files() const {
        for (const char* const suffix : {"", "-wal", "-shm"}) {
            std::filesystem::remove(path_ + suffix);
        }
    }

    void put_back(const std::map<std::string, std::string>& files) {
        remove_files();
        for (const auto& [path, content] : files) {
            if (path.rfind(path_, 0) != 0) continue;
            std::ofstream(path, std::ios::binary) << content;
        }
        disk_.forget_files();
    }

    static Fault fault() { return std::get<Fault>(GetParam()); }
    static End end() { return std::get<End>(GetParam()); }
    static bool power_fails() { return end() == End::PowerCut; }

    // One life with this fault; what it was told, and how it ended.
    Acknowledged live_with(int nth, bool for_ever) {
        Acknowledged said;
        disk_.arm(fault(), nth, for_ever);
        std::map<std::string, std::string> platter;
        {
            auto opened = ledger::open_ledger(path_);
            if (!opened) {
                EXPECT_FALSE(opened.error().detail.empty());
                ++said.failed;
                disk_.heal();
                return said;
            }
            if (power_fails()) opened->database.execute_script(kFrequentCheckpoints);
            Life life(std::move(opened->database));
            life.live(said);
            expect_no_damage(life.fatal());
            // What needs no page that is not in memory goes on where nothing can be read.
            const bool lasting = for_ever && fault() != Fault::ReadFails;
            if (lasting && disk_.struck() && said.failed > 0) {
                EXPECT_FALSE(life.healthy()) << "readyz would not know";
            }
            disk_.heal();
            life.hand_in(said, "proof-after");
            if (!said.proofs.empty()) {
                EXPECT_EQ(said.proofs.count("proof-after"), 1U) << "room again is enough";
                EXPECT_TRUE(life.healthy());
            }
            platter = disk_.after_power_cut();
        }
        if (power_fails()) put_back(platter);
        return said;
    }

    // A failing disk is no damage. A checkpoint's sync that failed wants a new start (writer.cpp).
    static void expect_no_damage(const std::optional<cadence::Error>& fatal) {
        if (!fatal) return;
        EXPECT_NE(fatal->code, cadence::ErrorCode::StorageCorrupt) << fatal->detail;
        EXPECT_TRUE(fault() == Fault::SyncFails || fault() == Fault::SyncForgets) << fatal->detail;
    }

    void expect_kept(const Acknowledged& said) const {
        auto opened = ledger::Database::open(path_, ledger::Access::Writer);
        ASSERT_TRUE(opened) << opened.error().detail;
        auto& database = *opened;
        EXPECT_EQ(answer_to(database, "PRAGMA integrity_check"), "ok");
        EXPECT_EQ(answer_to(database, "PRAGMA foreign_key_check"), "");
        for (const auto& id : said.proofs) {
            EXPECT_EQ(answer_to(database, "SELECT id FROM proof WHERE id = '" + id + "'"), id);
        }
        for (const auto delivery : said.in_flight) {
            const auto state = answer_to(
                database, "SELECT state FROM delivery WHERE id = " + std::to_string(delivery));
            EXPECT_EQ(state, said.finished.count(delivery) > 0 ? "applied" : "inFlight");
        }
        EXPECT_EQ(answer_to(database,
                            "SELECT count(*) FROM counter c WHERE c.name LIKE 'delivery.%'"
                            " AND c.value <> (SELECT count(*) FROM delivery"
                            " WHERE state = substr(c.name, 10))"),
                  "0");
    }

    TempDirectory directory_;
    std::string template_ = directory_.path("template.db");
    std::string path_ = directory_.path("ledger.db");
    FaultyDisk disk_;
};

TEST_P(IoFaults, AtEachCall_LoseNothingThatWasAcknowledged) {
    for (const bool for_ever : {false, true}) {
        int lives = 0;
        int nth = 1;
        for (bool struck = true; struck; nth += stride_of(fault(), end()), ++lives) {
            begin_anew();
            const auto said = live_with(nth, for_ever);
            struck = disk_.struck();
            expect_kept(said);
            if (HasFailure()) FAIL() << "at call " << nth << (for_ever ? ", for ever" : ", once");
            if (struck) continue;
            EXPECT_EQ(said.failed, 0);
            EXPECT_EQ(said.proofs.size(), 7U);
            EXPECT_EQ(said.finished.size(), 3U);
        }
        EXPECT_GT(lives * stride_of(fault(), end()), is_rare(fault()) ? 1 : 10);
    }
}

std::string name_of(Fault fault) {
    switch (fault) {
        case Fault::WriteFails:
            return "WriteFails";
        case Fault::WriteCut:
            return "WriteCut";
        case Fault::Full:
            return "Full";
        case Fault::SyncFails:
            return "SyncFails";
        case Fault::SyncForgets:
            return "SyncForgets";
        case Fault::Damaged:
            return "Damaged";
        case Fault::ReadFails:
            return "ReadFails";
        case Fault::TruncateFails:
            return "TruncateFails";
        case Fault::OpenFails:
            return "OpenFails";
    }
    return "Unnamed";
}

INSTANTIATE_TEST_SUITE_P(
    Disks, IoFaults,
    testing::Values(
        std::tuple{Fault::WriteFails, End::Closed}, std::tuple{Fault::WriteFails, End::PowerCut},
        std::tuple{Fault::WriteCut, End::Closed}, std::tuple{Fault::WriteCut, End::PowerCut},
        std::tuple{Fault::Full, End::Closed}, std::tuple{Fault::Full, End::PowerCut},
        std::tuple{Fault::SyncFails, End::Closed}, std::tuple{Fault::ReadFails, End::Closed},
        std::tuple{Fault::TruncateFails, End::PowerCut}, std::tuple{Fault::OpenFails, End::Closed},
        std::tuple{Fault::SyncForgets, End::PowerCut}),
    [](const auto& one) {
        auto const power = std::get<End>(one.param) == End::PowerCut;
        return name_of(std::get<Fault>(one.param)) + (power ? "ThenThePower" : "");
    });

}  // namespace
}  // namespace ledger_test
