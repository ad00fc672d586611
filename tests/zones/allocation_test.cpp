// Windows are found thousands of times at a catch-up: it must not allocate. The global operator new
// of this program counts.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "cadence/cadence.hpp"
#include "net/zone_database.hpp"

namespace {
std::atomic<long> allocations{0};
}

void* operator new(std::size_t size) {
    ++allocations;
    if (void* const memory = std::malloc(size == 0 ? 1 : size)) return memory;
    throw std::bad_alloc{};
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace {

using namespace std::chrono_literals;
using std::chrono::year;

TEST(WindowContaining, Success_DoesNotAllocate) {
    net::ZoneDatabase database;
    const auto zone = database.find_zone("Europe/Berlin").value();
    const cadence::Cadence cadence{cadence::CadenceUnit::Week, 2, std::chrono::Monday,
                                   cadence::LocalDate{year{2024} / 1 / 1}};
    const auto before = allocations.load();
    cadence::Instant instant{std::chrono::sys_days{year{2000} / 1 / 1}};
    bool found = true;
    for (int i = 0; i < 1000; ++i) {
        found = found && window_containing(*zone, cadence, instant).has_value();
        found = found && first_window_of_generation(*zone, cadence, instant).has_value();
        instant += 100h;
    }
    EXPECT_EQ(allocations.load(), before);
    EXPECT_TRUE(found);
    EXPECT_GT(before, 0) << "the counter counts";
}

}  // namespace
