#include "tests/e2e/program.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace e2e {
namespace {

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> all;
    for (auto& text : texts) all.push_back(text.data());
    all.push_back(nullptr);
    return all;
}

// Ours, and what `added` says otherwise.
std::vector<std::string> environment_with(const std::map<std::string, std::string>& added) {
    std::vector<std::string> all;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string text{*entry};
        if (!added.contains(text.substr(0, text.find('=')))) all.push_back(text);
    }
    for (const auto& [name, value] : added) all.push_back(name + "=" + value);
    return all;
}

// In the child of a process with other threads, which may have held the allocator's lock as it
// forked: nothing here may ask for memory.
[[noreturn]] void become(const char* path, const char* output, char* const* arguments,
                         char* const* environment) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // a test that dies leaves nothing behind
    auto const file = ::open(output, O_CREAT | O_WRONLY | O_APPEND, 0600);
    ::dup2(file, STDOUT_FILENO);
    ::dup2(file, STDERR_FILENO);
    ::close_range(STDERR_FILENO + 1, ~0U, 0);  // what other threads of the test have open
    ::execve(path, arguments, environment);
    ::_exit(127);
}

}  // namespace

Program::Program(const Start& start) {
    std::vector<std::string> arguments{start.path.string()};
    arguments.insert(arguments.end(), start.arguments.begin(), start.arguments.end());
    auto environment = environment_with(start.environment);
    auto const argument_pointers = pointers(arguments);
    auto const environment_pointers = pointers(environment);
    pid_ = ::fork();
    if (pid_ == 0) {
        become(start.path.c_str(), start.output.c_str(), argument_pointers.data(),
               environment_pointers.data());
    }
    if (pid_ < 0) throw std::runtime_error("fork failed");
}

Program::Program(Program&& other) noexcept : pid_(other.pid_), exit_code_(other.exit_code_) {
    other.pid_ = -1;
}

Program& Program::operator=(Program&& other) noexcept {
    std::swap(pid_, other.pid_);
    std::swap(exit_code_, other.exit_code_);
    return *this;
}

Program::~Program() {
    if (pid_ < 0 || !running()) return;
    signal(SIGKILL);
    static_cast<void>(reap(0));
}

void Program::signal(int number) const { ::kill(pid_, number); }

bool Program::reap(int options) {
    int status = 0;
    if (::waitpid(pid_, &status, options) != pid_) return false;
    exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return true;
}

bool Program::running() { return !exit_code_ && !reap(WNOHANG); }

std::optional<int> Program::wait(std::chrono::milliseconds patience) {
    static_cast<void>(eventually(patience, [this] { return !running(); }));
    return exit_code_;
}

TemporaryDirectory::TemporaryDirectory() {
    auto pattern = (std::filesystem::temp_directory_path() / "cadenced-e2e-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
    path_ = pattern;
}

TemporaryDirectory::~TemporaryDirectory() {
    std::error_code ignored;
    if (!keep_) std::filesystem::remove_all(path_, ignored);
}

std::string read_text(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

void write_text(const std::filesystem::path& path, const std::string& text) {
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file << text;
    if (!file.flush()) throw std::runtime_error("cannot write " + path.string());
}

void pause_briefly() { std::this_thread::sleep_for(std::chrono::milliseconds{2}); }

}  // namespace e2e
