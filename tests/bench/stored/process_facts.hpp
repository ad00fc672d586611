// What the kernel knows about a running process.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>

namespace bench {

struct Memory {
    double resident_mib{0};    // VmRSS
    double highest_mib{0};     // VmHWM
    double of_its_own_mib{0};  // RssAnon: without the program's and libraries' own pages
};

[[nodiscard]] Memory memory_of(pid_t process);

// Of each thread: how often it went to sleep of its own accord (voluntary_ctxt_switches), which is
// how often it was woken.
[[nodiscard]] std::map<pid_t, std::int64_t> sleeps_of(pid_t process);

}  // namespace bench
