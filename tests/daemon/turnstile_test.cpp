#include "daemon/routes/turnstile.hpp"

#include <gtest/gtest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <list>
#include <string>

namespace {

namespace asio = boost::asio;
using cadenced::wire::Turnstile;

class TurnstileTest : public testing::Test {
  protected:
    using Held = std::list<Turnstile::Pass>;

    asio::awaitable<void> enter(char name) {
        auto entering = turnstile.enter();
        auto pass = co_await std::move(entering);
        entered += name;
        held.push_back(std::move(pass));
    }

    void spawn(char name) {
        asio::co_spawn(
            loop, enter(name),
            asio::bind_cancellation_slot(cut[name - 'a'].slot(), [](const std::exception_ptr&) {}));
    }
    void turn() {
        loop.restart();
        loop.poll();
    }
    void leave() {
        held.erase(held.begin());
        turn();
    }

    asio::io_context loop;
    Turnstile turnstile{2};
    std::string entered;
    Held held;
    asio::cancellation_signal cut[8];
};

TEST_F(TurnstileTest, MoreThanThereIsRoomFor_WaitInOrder) {
    for (const char name : {'a', 'b', 'c', 'd'}) spawn(name);
    turn();
    EXPECT_EQ(entered, "ab");
    leave();
    EXPECT_EQ(entered, "abc");
    leave();
    EXPECT_EQ(entered, "abcd");
    leave();
    leave();
    spawn('e');
    turn();
    EXPECT_EQ(entered, "abcde") << "a place that nobody waited for is free again";
}

TEST_F(TurnstileTest, OneThatIsCutWhileItWaits_KeepsNobodyOut) {
    for (const char name : {'a', 'b', 'c', 'd'}) spawn(name);
    turn();
    cut['c' - 'a'].emit(asio::cancellation_type::terminal);
    turn();
    leave();
    EXPECT_EQ(entered, "abd");
}

TEST_F(TurnstileTest, OneThatIsCutAsItsTurnComes_LosesNoPlace) {
    for (const char name : {'a', 'b', 'c', 'd'}) spawn(name);
    turn();
    held.erase(held.begin());  // c is called, and cut before it hears of it
    cut['c' - 'a'].emit(asio::cancellation_type::terminal);
    turn();
    while (!held.empty()) leave();
    spawn('e');
    spawn('f');
    turn();
    EXPECT_EQ(held.size(), 2U) << entered;
}

TEST_F(TurnstileTest, OneWhoseWaitIsDestroyed_LosesNoPlace) {
    for (const char name : {'a', 'b'}) spawn(name);
    turn();
    {
        asio::io_context other;
        for (const char name : {'c', 'e'}) {
            asio::co_spawn(other, enter(name), [](const std::exception_ptr&) {});
        }
        other.poll();
    }
    spawn('d');
    turn();
    leave();
    EXPECT_EQ(entered, "abd");
}

TEST_F(TurnstileTest, OneThatIsDestroyedAsItsTurnComes_LosesNoPlace) {
    for (const char name : {'a', 'b'}) spawn(name);
    turn();
    {
        asio::io_context other;
        asio::co_spawn(other, enter('c'), [](const std::exception_ptr&) {});
        other.poll();
        spawn('d');
        turn();
        held.erase(held.begin());  // c is called, and never hears of it
    }
    turn();
    EXPECT_EQ(entered, "abd");
}

TEST_F(TurnstileTest, PassThatOutlivesTheTurnstile_IsGivenBackToNobody) {
    {
        Turnstile brief{1};
        asio::co_spawn(
            loop,
            [](Turnstile& entered_here, Held& kept) -> asio::awaitable<void> {
                auto entering = entered_here.enter();
                auto pass = co_await std::move(entering);
                kept.push_back(std::move(pass));
            }(brief, held),
            [](const std::exception_ptr&) {});
        turn();
    }
    ASSERT_EQ(held.size(), 1U);
    leave();
    EXPECT_TRUE(held.empty());
}

}  // namespace
