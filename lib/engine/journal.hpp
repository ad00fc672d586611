// What the engine says of its work, one line an event, for the log. STYLE.md gives the levels'
// meaning: error = we failed someone; warning = odd but handled; info = a state the operator wants
// to see; debug = the rest.
#pragma once

#include <string>

namespace engine {

enum class Level { Debug, Info, Warning, Error };

class Journal {
  public:
    virtual ~Journal() = default;
    // `line` is key=value pairs, without a secret in it. Loop's thread.
    virtual void write(Level level, const std::string& line) = 0;
};

}  // namespace engine
