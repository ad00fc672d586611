// A list's page: {"items":[…],"nextCursor":string|null}. For *_json.cpp files only.
#pragma once

#include <nlohmann/json.hpp>

#include "daemon/routes/records_json.hpp"
#include "daemon/routes/reply_json.hpp"

namespace cadenced::wire {

template <class Record>
[[nodiscard]] net::HttpReply make_page_reply(const engine::Page<Record>& page) {
    nlohmann::ordered_json items = nlohmann::ordered_json::array();
    for (const Record& record : page.items) items.push_back(to_json(record));
    nlohmann::ordered_json body{{"items", std::move(items)}, {"nextCursor", nullptr}};
    if (page.next_cursor) body["nextCursor"] = *page.next_cursor;
    return make_reply(200, body);
}

}  // namespace cadenced::wire
