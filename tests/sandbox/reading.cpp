#include "tests/sandbox/reading.hpp"

#include <algorithm>

#include "tests/sandbox/answer_script.hpp"

namespace sandbox {
namespace {

// The method and the path; both empty when the line is something else.
HttpRequest parse_line(const std::string& line) {
    HttpRequest request;
    auto const first = line.find(' ');
    auto const second = line.find(' ', first + 1);
    if (first == std::string::npos || second == std::string::npos) return request;
    request.method = line.substr(0, first);
    auto const target = line.substr(first + 1, second - first - 1);
    request.path = target.substr(0, target.find('?'));
    return request;
}

}  // namespace

std::size_t Reading::most() const {
    constexpr std::size_t kPlenty = 1U << 14U;
    return faults_.strike_reading() || !plan_.rules.empty() ? 1 : kPlenty;
}

void Reading::read_on(const std::string& raw, bool reused) {
    read_ = raw.size();
    if (!begun_ && !raw.empty()) {
        begun_ = true;
        call_.reused = reused;
        faults_.plan_reading(plan_, Known::Begun, call_);
    }
    auto const end = line_known_ ? std::string::npos : raw.find("\r\n");
    if (end == std::string::npos) return;
    line_known_ = true;
    auto line = parse_line(raw.substr(0, end));
    line.reused = reused;
    call_ = parse_call(line);
    faults_.plan_reading(plan_, Known::Line, call_);
}

bool Reading::complete(std::string& raw, const HttpRequest& request) {
    call_ = parse_call(request);
    faults_.plan_reading(plan_, Known::Whole, call_);
    extent_ = extent_of(raw);
    if (plan_.cut && resolve(plan_.cut->at, *extent_) >= extent_->size) {
        faults_.reached_the_end(plan_.cut->rule);
    }
    if (!plan_.corruption) return false;
    corrupt(raw, *plan_.corruption);
    return true;
}

std::optional<std::uint64_t> Reading::place_of(const Position& position) const {
    return extent_ ? resolve(position, *extent_) : resolve_early(position);
}

ReadingStep Reading::next() {
    ReadingStep step;
    auto const cut = plan_.cut ? place_of(plan_.cut->at) : std::nullopt;
    auto const is_due = [this, &cut](const Pause& pause) {
        auto const place = place_of(pause.at);
        return place && *place <= read_ && (!cut || *place <= *cut);
    };
    auto const due = std::find_if(plan_.pauses.begin(), plan_.pauses.end(), is_due);
    if (due != plan_.pauses.end()) {
        step.kind = ReadingStep::Kind::Wait;
        step.wait = due->length;
        plan_.pauses.erase(due);
        return step;
    }
    if (!cut || *cut > read_) return step;
    broken_at_ = *cut;
    step.kind = ReadingStep::Kind::Break;
    step.parting = plan_.cut->parting;
    return step;
}

}  // namespace sandbox
