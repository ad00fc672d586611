// The detail of an event as JSON text. Everything that people and platforms wrote goes through
// here, so that no quote of theirs can break the trail.
#pragma once

#include <initializer_list>
#include <string>
#include <utility>

namespace ledger {

// A JSON object of strings, escaped; what is not UTF-8 is replaced. Empty values are left out.
[[nodiscard]] std::string event_detail(
    std::initializer_list<std::pair<const char*, std::string>> fields);

}  // namespace ledger
