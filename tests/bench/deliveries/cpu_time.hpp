// What processes have cost so far.
#pragma once

#include <sys/types.h>

#include <chrono>

namespace bench {

// User and system time of all threads that `process` has.
[[nodiscard]] std::chrono::nanoseconds cpu_time_of(pid_t process);
// The same of the calling process, from the kernel's account of the whole.
[[nodiscard]] std::chrono::nanoseconds own_cpu_time();

}  // namespace bench
