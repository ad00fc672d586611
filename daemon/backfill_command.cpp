#include "daemon/backfill_command.hpp"

#include <unistd.h>

#include <chrono>
#include <iomanip>
#include <iostream>

#include "cadence/printable.hpp"
#include "daemon/backfill_lines.hpp"

namespace cadenced {
namespace {

constexpr std::chrono::seconds kBetweenLines{10};
constexpr std::chrono::milliseconds kBetweenUpdates{200};

// How far it is, for a person who waits: one line that changes on a terminal, else one every 10 s.
class Progress {
  public:
    void count() {
        ++windows_;
        const auto now = std::chrono::steady_clock::now();
        const std::chrono::steady_clock::duration pause =
            terminal_ ? std::chrono::steady_clock::duration{kBetweenUpdates} : kBetweenLines;
        if (now - last_ < pause) return;
        last_ = now;
        shown_ = true;
        std::cerr << (terminal_ ? "\r" : "") << "backfill: " << windows_ << " windows looked at"
                  << (terminal_ ? "" : "\n") << std::flush;
    }

    void clear() {
        if (terminal_ && shown_) std::cerr << "\r\x1b[K" << std::flush;
        shown_ = false;
    }

  private:
    bool terminal_{::isatty(STDERR_FILENO) == 1};
    bool shown_{false};
    std::int64_t windows_{0};
    std::chrono::steady_clock::time_point last_{std::chrono::steady_clock::now()};
};

class Screen {
  public:
    explicit Screen(const BackfillOptions& options) : options_(options) {}

    void show(std::string_view text) {
        const BackfillLine line = parse_backfill_line(text);
        if (line.event == BackfillLine::Event::Window) progress_.count();
        if (line.event != BackfillLine::Event::Unknown) last_ = line;
        if (options_.json) {
            std::cout << text << '\n' << std::flush;
        } else if (line.event == BackfillLine::Event::Window && line.changed) {
            progress_.clear();
            show_row(line);
        }
    }

    ExitCode finish() {
        progress_.clear();
        if (last_.event == BackfillLine::Event::Error) {
            std::cerr << "cadenced: backfill: " << last_.detail << '\n';
            return ExitCode::Internal;
        }
        const bool ended =
            last_.event == BackfillLine::Event::Plan || last_.event == BackfillLine::Event::Done;
        if (!ended) {
            std::cerr << "cadenced: backfill: the answer ended too early; run it again, what was "
                         "done stays done\n";
            return ExitCode::Unavailable;
        }
        if (!options_.json) {
            std::cout << last_.windows << " windows, " << last_.changes
                      << (options_.dry_run ? " would change\n" : " changed\n");
        }
        return ExitCode::Ok;
    }

  private:
    void show_row(const BackfillLine& line) {
        if (!headed_) {
            std::cout << std::left << std::setw(24) << "LOCK SESSION" << ' ' << std::setw(20)
                      << "METRIC" << ' ' << std::setw(22) << "WINDOW" << ' ' << std::setw(18)
                      << "VERDICT"
                      << " DELIVERIES\n";
            headed_ = true;
        }
        std::cout << std::left << std::setw(24) << line.session << ' ' << std::setw(20)
                  << line.metric << ' ' << std::setw(22) << line.local_start + ".." + line.local_end
                  << ' ' << std::setw(18) << line.before + "->" + line.after << ' '
                  << line.deliveries << '\n';
    }

    const BackfillOptions& options_;
    Progress progress_;
    BackfillLine last_;
    bool headed_{false};
};

ExitCode exit_code_of_status(int status) {
    if (status == 404 || status == 409) return ExitCode::BadData;
    if (status >= 400 && status < 500) return ExitCode::Usage;
    return status == 503 ? ExitCode::Unavailable : ExitCode::Internal;
}

}  // namespace

cadence::Result<ExitCode> show_backfill(const BackfillOptions& options, const PostBackfill& post) {
    Screen screen(options);
    const auto reply =
        post(to_backfill_body(options), [&screen](std::string_view line) { screen.show(line); });
    if (!reply) return tl::unexpected<cadence::Error>(reply.error());
    if (reply->status == 200) return screen.finish();
    std::cerr << "cadenced: backfill refused (" << reply->status
              << "): " << detail_of_problem(reply->body) << '\n';
    return exit_code_of_status(reply->status);
}

}  // namespace cadenced
