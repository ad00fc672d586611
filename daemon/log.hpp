// The log: key=value lines on stderr, one an event. For the systemd journal they carry a priority
// and no time, for anybody else a time and a level. May be written from any thread.
#pragma once

#include <memory>
#include <string>

#include "daemon/configuration.hpp"
#include "engine/journal.hpp"

namespace cadenced {

enum class LogStyle { Journal, Terminal };

class Log final : public engine::Journal {
  public:
    Log(LogLevel level, LogStyle style);
    ~Log() override;
    Log(const Log&) = delete;
    Log& operator=(const Log&) = delete;

    // Control characters in `line` are escaped, so that it stays one line.
    void write(engine::Level level, const std::string& line) override;
    void set_level(LogLevel level);

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace cadenced
