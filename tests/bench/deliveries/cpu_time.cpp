#include "tests/bench/deliveries/cpu_time.hpp"

#include <time.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace bench {

// The clock of the process has ticks of 10 ms; the scheduler's account of each thread has none.
std::chrono::nanoseconds cpu_time_of(pid_t process) {
    std::chrono::nanoseconds sum{0};
    auto const tasks = "/proc/" + std::to_string(process) + "/task";
    for (const auto& task : std::filesystem::directory_iterator(tasks)) {
        std::ifstream account(task.path() / "schedstat");
        std::int64_t on_cpu = 0;
        account >> on_cpu;
        sum += std::chrono::nanoseconds{on_cpu};
    }
    return sum;
}

std::chrono::nanoseconds own_cpu_time() {
    timespec time{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return std::chrono::seconds{time.tv_sec} + std::chrono::nanoseconds{time.tv_nsec};
}

}  // namespace bench
