#include "ledger/event_json.hpp"

#include <nlohmann/json.hpp>

namespace ledger {

std::string event_detail(std::initializer_list<std::pair<const char*, std::string>> fields) {
    nlohmann::json object = nlohmann::json::object();
    for (const auto& [name, value] : fields) {
        if (!value.empty()) object[name] = value;
    }
    return object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace ledger
