// Preloaded into a program, moves its wall clock by CADENCED_CLOCK_SHIFT_MS milliseconds: what it
// reads, and what its absolute timers wait for; and the machine's uptime by
// CADENCED_UPTIME_SHIFT_MS. The monotonic clock stays. Only for tests.
#include <dlfcn.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdlib>

namespace {

constexpr std::int64_t kNanosecond = 1'000'000'000;

std::int64_t read_ns(const char* name) {
    const char* text = std::getenv(name);
    return text == nullptr ? 0 : std::strtoll(text, nullptr, 10) * 1'000'000;
}

std::int64_t shift_ns() {
    static const std::int64_t shift = read_ns("CADENCED_CLOCK_SHIFT_MS");
    return shift;
}

std::int64_t uptime_shift_ns() {
    static const std::int64_t shift = read_ns("CADENCED_UPTIME_SHIFT_MS");
    return shift;
}

void add(timespec& time, std::int64_t ns) {
    auto const total = time.tv_sec * kNanosecond + time.tv_nsec + ns;
    time.tv_sec = total / kNanosecond;
    time.tv_nsec = total % kNanosecond;
}

// Which timerfds count the wall clock; the numbers of descriptors are small.
std::array<bool, 4096>& on_wall_clock() {
    static std::array<bool, 4096> fds{};
    return fds;
}

bool counts_wall_clock(int fd) {
    return fd >= 0 && fd < 4096 && on_wall_clock()[static_cast<std::size_t>(fd)];
}

template <class Function>
Function* next(const char* name) {
    return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" {

int clock_gettime(clockid_t clock, timespec* time) noexcept {
    auto const result = static_cast<int>(::syscall(SYS_clock_gettime, clock, time));
    if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
        add(*time, shift_ns());
    }
    if (result == 0 && clock == CLOCK_BOOTTIME) add(*time, uptime_shift_ns());
    return result;
}

int gettimeofday(timeval* time, void* /*zone*/) noexcept {
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    time->tv_sec = now.tv_sec;
    time->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t time(time_t* out) noexcept {
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    if (out != nullptr) *out = now.tv_sec;
    return now.tv_sec;
}

int timerfd_create(clockid_t clock, int flags) noexcept {
    static auto* const real = next<int(clockid_t, int)>("timerfd_create");
    auto const fd = real(clock, flags);
    if (fd >= 0 && fd < 4096) {
        on_wall_clock()[static_cast<std::size_t>(fd)] = clock == CLOCK_REALTIME;
    }
    return fd;
}

int timerfd_settime(int fd, int flags, const itimerspec* wanted, itimerspec* old) noexcept {
    static auto* const real =
        next<int(int, int, const itimerspec*, itimerspec*)>("timerfd_settime");
    itimerspec moved = *wanted;
    auto const armed = moved.it_value.tv_sec != 0 || moved.it_value.tv_nsec != 0;
    if (armed && (flags & TFD_TIMER_ABSTIME) != 0 && counts_wall_clock(fd)) {
        add(moved.it_value, -shift_ns());
    }
    return real(fd, flags, &moved, old);
}

}  // extern "C"
