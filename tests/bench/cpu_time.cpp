#include "tests/bench/cpu_time.hpp"

#include <cerrno>
#include <ctime>
#include <system_error>

namespace bench {

std::chrono::nanoseconds cpu_time_of(pid_t process) {
    clockid_t clock{};
    timespec time{};
    if (const int failed = ::clock_getcpuclockid(process, &clock); failed != 0) {
        throw std::system_error(failed, std::generic_category(), "no clock of a process");
    }
    if (::clock_gettime(clock, &time) != 0) {
        throw std::system_error(errno, std::generic_category(), "the clock of a process");
    }
    return std::chrono::seconds{time.tv_sec} + std::chrono::nanoseconds{time.tv_nsec};
}

}  // namespace bench
