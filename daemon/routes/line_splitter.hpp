// Cuts a text that comes in pieces into its lines. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace cadenced::wire {

struct Line {
    std::size_t number{0};  // from 1; blank lines count
    std::string text;       // without its line end, CR LF or LF; cut at the limit when too_long
    bool too_long{false};
};

class LineSplitter {
  public:
    // A longer line is handed out cut, so that it costs no more memory than this.
    explicit LineSplitter(std::size_t longest) : longest_(longest) {}

    // The lines that `piece` completes, without the blank ones; at most `most`, and `piece` keeps
    // what comes after them. It is empty when all of it has been read.
    [[nodiscard]] std::vector<Line> feed(std::string_view& piece, std::size_t most);
    // What follows the last line end.
    [[nodiscard]] std::vector<Line> finish();

  private:
    void take(std::string_view part);
    void end_line(std::vector<Line>& lines);

    std::size_t longest_;
    std::size_t number_{1};
    std::string pending_;
    bool too_long_{false};
};

}  // namespace cadenced::wire
