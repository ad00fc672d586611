#include "tests/bench/stored/process_facts.hpp"

#include <filesystem>
#include <fstream>
#include <string>

namespace bench {
namespace {

// The number after `name` in a status file of /proc; 0 when there is none.
std::int64_t number_in(const std::filesystem::path& file, const std::string& name) {
    std::ifstream lines(file);
    std::string word;
    std::int64_t number = 0;
    while (lines >> word) {
        if (word == name && lines >> number) return number;
    }
    return 0;
}

double mib_in(const std::filesystem::path& file, const std::string& name) {
    return static_cast<double>(number_in(file, name)) / 1024;
}

std::filesystem::path directory_of(pid_t process) {
    return std::filesystem::path{"/proc"} / std::to_string(process);
}

}  // namespace

Memory memory_of(pid_t process) {
    const auto status = directory_of(process) / "status";
    return {mib_in(status, "VmRSS:"), mib_in(status, "VmHWM:"), mib_in(status, "RssAnon:")};
}

std::map<pid_t, std::int64_t> sleeps_of(pid_t process) {
    std::map<pid_t, std::int64_t> sleeps;
    for (const auto& task : std::filesystem::directory_iterator(directory_of(process) / "task")) {
        sleeps[std::stoi(task.path().filename().string())] =
            number_in(task.path() / "status", "voluntary_ctxt_switches:");
    }
    return sleeps;
}

}  // namespace bench
