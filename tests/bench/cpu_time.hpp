// What processes have cost so far.
#pragma once

#include <sys/types.h>

#include <chrono>

namespace bench {

// User and system time of all threads of `process`, those that have ended included; by the
// scheduler's account, which has nanoseconds. Throws std::system_error.
[[nodiscard]] std::chrono::nanoseconds cpu_time_of(pid_t process);

}  // namespace bench
