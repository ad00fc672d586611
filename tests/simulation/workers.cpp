#include "tests/simulation/workers.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace simulation {
namespace {

using Live = std::function<LifeReport(std::uint64_t)>;
using Hear = std::function<bool(std::uint64_t, const LifeReport&)>;

// A report as lines: a letter, a number, a text. "b": begins; "e": ends.
std::string to_lines(std::uint64_t seed, const LifeReport& told) {
    auto lines = fmt::format("h{} \nd{} \n", told.trace_hash, told.days);
    for (const auto& [kind, count] : told.counts) lines += fmt::format("c{} {}\n", count, kind);
    for (const auto& what : told.violations) lines += fmt::format("v0 {}\n", what);
    return lines + fmt::format("e{} \n", seed);
}

void write_all(int pipe, const std::string& text) {
    for (std::size_t done = 0; done < text.size();) {
        auto const written = ::write(pipe, text.data() + done, text.size() - done);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) _exit(1);
        done += static_cast<std::size_t>(written);
    }
}

// The next life that nobody lives yet, for all processes.
class NextSeed {
  public:
    explicit NextSeed(std::uint64_t first) {
        void* const shared = ::mmap(nullptr, sizeof *next_, PROT_READ | PROT_WRITE,
                                    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (shared == MAP_FAILED) throw std::runtime_error("no memory to share");
        next_ = new (shared) std::atomic<std::uint64_t>{first};
    }
    ~NextSeed() { ::munmap(next_, sizeof *next_); }
    NextSeed(const NextSeed&) = delete;
    NextSeed& operator=(const NextSeed&) = delete;

    std::uint64_t take() { return next_->fetch_add(1); }

  private:
    std::atomic<std::uint64_t>* next_{nullptr};
};

class Worker {
  public:
    Worker(NextSeed& next, std::uint64_t end, const Live& live_seed) {
        int ends[2];
        if (::pipe(ends) != 0) throw std::runtime_error("no pipe to a process that lives lives");
        std::fflush(nullptr);
        process_ = ::fork();
        if (process_ == 0) {
            ::close(ends[0]);
            for (auto seed = next.take(); seed < end; seed = next.take()) {
                write_all(ends[1], fmt::format("b{} \n", seed));
                write_all(ends[1], to_lines(seed, live_seed(seed)));
            }
            _exit(0);
        }
        ::close(ends[1]);
        pipe_ = ends[0];
        if (process_ < 0) throw std::runtime_error("no process to live lives in");
    }
    ~Worker() {
        if (process_ > 0) {
            ::kill(process_, SIGKILL);
            ::waitpid(process_, nullptr, 0);
        }
        if (pipe_ >= 0) ::close(pipe_);
    }
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    [[nodiscard]] int pipe() const { return pipe_; }
    [[nodiscard]] bool over() const { return over_; }

    // What it has to say now. False: that is enough.
    [[nodiscard]] bool listen(const Hear& hear) {
        char buffer[65536];
        auto const got = ::read(pipe_, buffer, sizeof buffer);
        if (got < 0 && errno == EINTR) return true;
        if (got <= 0) return end(hear);
        text_.append(buffer, static_cast<std::size_t>(got));
        for (auto line = text_.find('\n'); line != std::string::npos; line = text_.find('\n')) {
            auto const more = take(text_.substr(0, line), hear);
            text_.erase(0, line + 1);
            if (!more) return false;
        }
        return true;
    }

  private:
    bool end(const Hear& hear) {
        over_ = true;
        if (!living_) return true;
        told_.violations.emplace_back("the simulation's process died");
        return hear(*living_, told_);
    }

    bool take(const std::string& line, const Hear& hear) {
        auto const space = line.find(' ');
        auto const number = line.substr(1, space - 1);
        auto const text = line.substr(space + 1);
        switch (line[0]) {
            case 'b':
                living_ = std::stoull(number);
                told_ = {};
                return true;
            case 'h':
                told_.trace_hash = std::stoull(number);
                return true;
            case 'd':
                told_.days = std::stod(number);
                return true;
            case 'c':
                told_.counts[text] = std::stoll(number);
                return true;
            case 'v':
                told_.violations.push_back(text);
                return true;
            default:
                living_.reset();
                return hear(std::stoull(number), told_);
        }
    }

    pid_t process_{-1};
    int pipe_{-1};
    bool over_{false};
    std::string text_;
    std::optional<std::uint64_t> living_;
    LifeReport told_;
};

void listen_to(const std::vector<std::unique_ptr<Worker>>& workers, const Hear& hear) {
    for (;;) {
        std::vector<pollfd> waiting;
        std::vector<Worker*> whose;
        for (const auto& worker : workers) {
            if (worker->over()) continue;
            waiting.push_back({worker->pipe(), POLLIN, 0});
            whose.push_back(worker.get());
        }
        if (waiting.empty()) return;
        if (::poll(waiting.data(), waiting.size(), -1) < 0) {
            if (errno == EINTR) continue;
            throw std::runtime_error("cannot hear the processes that live lives");
        }
        for (std::size_t i = 0; i < waiting.size(); ++i) {
            if (waiting[i].revents != 0 && !whose[i]->listen(hear)) return;
        }
    }
}

}  // namespace

void live_all(std::uint64_t first, std::uint64_t count, int jobs, const Live& live_seed,
              const Hear& hear) {
    auto const end = first + count;
    if (jobs == 1 || count == 1) {
        for (auto seed = first; seed < end; ++seed) {
            if (!hear(seed, live_seed(seed))) return;
        }
        return;
    }
    NextSeed next(first);
    std::vector<std::unique_ptr<Worker>> workers;
    for (int i = 0; i < jobs; ++i) {
        workers.push_back(std::make_unique<Worker>(next, end, live_seed));
    }
    listen_to(workers, hear);
}

}  // namespace simulation
