#include "daemon/routes/line_splitter.hpp"

#include <algorithm>
#include <utility>

namespace cadenced::wire {

std::vector<Line> LineSplitter::feed(std::string_view& piece, std::size_t most) {
    std::vector<Line> lines;
    while (lines.size() < most) {
        const auto end = piece.find('\n');
        take(piece.substr(0, end));
        if (end == std::string_view::npos) {
            piece = {};
            break;
        }
        end_line(lines);
        piece.remove_prefix(end + 1);
    }
    return lines;
}

std::vector<Line> LineSplitter::finish() {
    std::vector<Line> lines;
    end_line(lines);
    return lines;
}

void LineSplitter::take(std::string_view part) {
    const std::size_t room = longest_ - pending_.size();
    too_long_ = too_long_ || part.size() > room;
    pending_.append(part.substr(0, room));
}

void LineSplitter::end_line(std::vector<Line>& lines) {
    Line line{number_++, std::exchange(pending_, {}), std::exchange(too_long_, false)};
    if (!line.text.empty() && line.text.back() == '\r') line.text.pop_back();
    const bool blank = line.text.find_first_not_of(" \t") == std::string::npos;
    if (!blank || line.too_long) lines.push_back(std::move(line));
}

}  // namespace cadenced::wire
