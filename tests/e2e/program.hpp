// A real program as a child process: started with arguments and an environment, its output kept in
// a file, signalled, waited for, and never left behind.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace e2e {

class Program {
  public:
    struct Start {
        std::filesystem::path path;
        std::vector<std::string> arguments;
        std::map<std::string, std::string> environment;  // beside the test's own
        std::filesystem::path output;                    // standard output and error, appended
    };

    explicit Program(const Start& start);
    Program(Program&& other) noexcept;
    Program& operator=(Program&& other) noexcept;
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;
    ~Program();  // SIGKILL, if it still runs

    void signal(int number) const;
    // The exit code, 128 + the signal that ended it, or nothing when it still runs after
    // `patience`.
    [[nodiscard]] std::optional<int> wait(std::chrono::milliseconds patience);
    [[nodiscard]] bool running();
    [[nodiscard]] pid_t pid() const { return pid_; }

  private:
    [[nodiscard]] bool reap(int options);
    pid_t pid_{-1};
    std::optional<int> exit_code_;
};

// A directory that goes away with its owner.
class TemporaryDirectory {
  public:
    TemporaryDirectory();
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
    ~TemporaryDirectory();
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    void keep() { keep_ = true; }

  private:
    std::filesystem::path path_;
    bool keep_{false};
};

// Asks `condition` every few milliseconds until it holds; false when `patience` is over.
template <class Condition>
[[nodiscard]] bool eventually(std::chrono::milliseconds patience, Condition condition);

[[nodiscard]] std::string read_text(const std::filesystem::path& path);
void write_text(const std::filesystem::path& path, const std::string& text);
void pause_briefly();  // between two looks at a condition

template <class Condition>
bool eventually(std::chrono::milliseconds patience, Condition condition) {
    auto const give_up = std::chrono::steady_clock::now() + patience;
    while (!condition()) {
        if (std::chrono::steady_clock::now() >= give_up) return false;
        pause_briefly();
    }
    return true;
}

}  // namespace e2e
