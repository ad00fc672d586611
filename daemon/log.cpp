#include "daemon/log.hpp"

#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>

#include "cadence/printable.hpp"

namespace cadenced {
namespace {

spdlog::level::level_enum to_spdlog(LogLevel level) {
    switch (level) {
        case LogLevel::Trace:
            return spdlog::level::trace;
        case LogLevel::Debug:
            return spdlog::level::debug;
        case LogLevel::Info:
            return spdlog::level::info;
        case LogLevel::Warn:
            return spdlog::level::warn;
        case LogLevel::Error:
            return spdlog::level::err;
    }
    return spdlog::level::info;
}

spdlog::level::level_enum to_spdlog(engine::Level level) {
    switch (level) {
        case engine::Level::Debug:
            return spdlog::level::debug;
        case engine::Level::Info:
            return spdlog::level::info;
        case engine::Level::Warning:
            return spdlog::level::warn;
        case engine::Level::Error:
            return spdlog::level::err;
    }
    return spdlog::level::info;
}

// sd-daemon(3): the journal reads a line's priority from such a prefix.
const char* priority_of(engine::Level level) {
    switch (level) {
        case engine::Level::Debug:
            return "<7>";
        case engine::Level::Info:
            return "<6>";
        case engine::Level::Warning:
            return "<4>";
        case engine::Level::Error:
            return "<3>";
    }
    return "<6>";
}

}  // namespace

class Log::Impl {
  public:
    explicit Impl(LogStyle style)
        : logger("cadenced", std::make_shared<spdlog::sinks::stderr_sink_mt>()),
          journal(style == LogStyle::Journal) {
        const std::string pattern = journal ? "%v" : "%Y-%m-%dT%H:%M:%S.%eZ %l %v";
        logger.set_formatter(
            std::make_unique<spdlog::pattern_formatter>(pattern, spdlog::pattern_time_type::utc));
        // A full pipe or a closed stderr must not end the daemon.
        logger.set_error_handler([](const std::string&) {});
    }

    spdlog::logger logger;
    bool journal;
};

Log::Log(LogLevel level, LogStyle style) : impl_(std::make_unique<Impl>(style)) {
    set_level(level);
}

Log::~Log() = default;

void Log::write(engine::Level level, const std::string& line) {
    const auto wanted = to_spdlog(level);
    if (!impl_->logger.should_log(wanted)) return;
    std::string text = impl_->journal ? priority_of(level) : "";
    text += cadence::to_printable(line);
    impl_->logger.log(wanted, spdlog::string_view_t{text});
}

void Log::set_level(LogLevel level) { impl_->logger.set_level(to_spdlog(level)); }

}  // namespace cadenced
