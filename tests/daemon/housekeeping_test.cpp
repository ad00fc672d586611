// Real signals, and a zone database that is replaced under the daemon.
#include "daemon/housekeeping.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <csignal>

#include "tests/daemon/temporary_directory.hpp"

namespace cadenced {
namespace {

using namespace std::chrono_literals;

class HousekeepingTest : public ::testing::Test {
  protected:
    HousekeepingTest() {
        zones_.write("tzdata.zi", "# version 2026a\n", 0644);
        keep_house(10ms);
    }

    void keep_house(std::chrono::milliseconds between_zone_looks) {
        HousekeepingHooks hooks;
        hooks.reload = [this] { ++reloads_; };
        hooks.leave = [this](const std::string& why) {
            left_ = why;
            housekeeping_->stop();
        };
        hooks.between_zone_looks = between_zone_looks;
        housekeeping_ = std::make_unique<Housekeeping>(loop_.get_executor(), supervisor_,
                                                       zones_.path(), std::move(hooks));
        boost::asio::co_spawn(loop_, housekeeping_->run(), boost::asio::detached);
    }

    void replace_zones() {
        zones_.write("next", "# version 2026b\n", 0644);
        std::filesystem::rename(zones_.file("next"), zones_.file("tzdata.zi"));
    }

    void wait_for(const std::function<bool()>& come) {
        for (int turn = 0; turn < 500 && !come(); ++turn) loop_.run_one_for(10ms);
    }

    boost::asio::io_context loop_;
    test::TemporaryDirectory zones_;
    Supervisor supervisor_;
    int reloads_{0};
    std::string left_;
    std::unique_ptr<Housekeeping> housekeeping_;
};

TEST_F(HousekeepingTest, Hangup_Reloads) {
    std::raise(SIGHUP);
    wait_for([this] { return reloads_ == 1; });
    EXPECT_EQ(reloads_, 1);
    EXPECT_EQ(left_, "");
}

TEST_F(HousekeepingTest, Terminate_Leaves) {
    std::raise(SIGTERM);
    wait_for([this] { return !left_.empty(); });
    EXPECT_EQ(left_, "sigterm");
}

TEST_F(HousekeepingTest, ZoneDatabaseReplaced_LeavesForTheSupervisorToStartAnew) {
    loop_.run_for(50ms);
    ASSERT_EQ(left_, "");
    replace_zones();
    wait_for([this] { return !left_.empty(); });
    EXPECT_EQ(left_, "zone_database_changed");
}

TEST_F(HousekeepingTest, AwakeAnyway_DoesAtOnceWhatIsDueSoon) {
    housekeeping_->stop();
    loop_.run_for(50ms);
    loop_.restart();
    keep_house(1h);
    loop_.run_for(50ms);
    replace_zones();
    loop_.run_for(50ms);
    ASSERT_EQ(left_, "");
    housekeeping_->awake();
    wait_for([this] { return !left_.empty(); });
    EXPECT_EQ(left_, "zone_database_changed");
}

}  // namespace
}  // namespace cadenced
