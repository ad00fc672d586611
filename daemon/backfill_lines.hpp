// The wire form of a backfill as its client sees it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "daemon/options.hpp"

namespace cadenced {

// The body of POST /v1/backfill.
[[nodiscard]] std::string to_backfill_body(const BackfillOptions& options);

// One line of its answer; what a line does not have is empty.
struct BackfillLine {
    enum class Event { Window, Plan, Done, Error, Unknown };
    Event event{Event::Unknown};
    std::string session;
    std::string metric;
    std::string local_start;
    std::string local_end;
    std::string before;  // verdict
    std::string after;
    std::string deliveries;  // kinds, separated by commas
    bool changed{false};
    std::int64_t windows{0};
    std::int64_t changes{0};
    std::string detail;
};

// Tolerant: an unreadable line is Unknown.
[[nodiscard]] BackfillLine parse_backfill_line(std::string_view line);

// The detail of a problem+json body; the body itself, made printable, where it is something else.
[[nodiscard]] std::string detail_of_problem(const std::string& body);

}  // namespace cadenced
