// The control API's lists of what truly happened.
#include <fmt/format.h>

#include <charconv>

#include "tests/sandbox/control_routes.hpp"

namespace sandbox {
namespace {

struct Page {
    std::string session;  // empty: all
    std::string kind;     // empty: all; of effects only
    std::string source;   // empty: all; of effects only
    std::uint64_t after{0};
    std::uint64_t limit{100'000};
};

cadence::Result<std::uint64_t> number_of(const HttpRequest& request, const char* name,
                                         std::uint64_t usual) {
    auto const text = query_value(request.query, name);
    if (text.empty()) return usual;
    std::uint64_t value = 0;
    auto const [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (ec == std::errc{} && end == text.data() + text.size()) return value;
    return cadence::fail(cadence::ErrorCode::InvalidArgument,
                         fmt::format("{} must be a number", name), name);
}

cadence::Result<Page> page_of(const HttpRequest& request) {
    Page page;
    page.session = query_value(request.query, "session");
    page.kind = query_value(request.query, "kind");
    page.source = query_value(request.query, "source");
    auto const after = number_of(request, "after", page.after);
    if (!after) return tl::unexpected(after.error());
    auto const limit = number_of(request, "limit", page.limit);
    if (!limit) return tl::unexpected(limit.error());
    page.after = *after;
    page.limit = *limit;
    return page;
}

bool is_wanted(const Effect& effect, const Page& page) {
    return effect.sequence > page.after &&
           (page.session.empty() || effect.session == page.session) &&
           (page.kind.empty() || effect.kind == page.kind) &&
           (page.source.empty() || effect.source == page.source);
}

bool is_wanted(const RequestRecord& record, const Page& page) {
    return record.number > page.after &&
           (page.session.empty() || record.call.session == page.session);
}

template <class List>
ControlResult list_of(const List& list, const HttpRequest& request) {
    auto const page = page_of(request);
    if (!page) return tl::unexpected(page.error());
    std::string items;
    std::uint64_t count = 0;
    for (auto const& entry : list) {
        if (count >= page->limit) break;
        if (!is_wanted(entry, *page)) continue;
        if (count++ > 0) items += ",\n";
        items += to_json_text(entry);
    }
    HttpReply reply;
    reply.body = fmt::format("{{\"items\":[{}]}}\n", items);
    return reply;
}

}  // namespace

ControlResult list_effects(ControlCall& call) {
    return list_of(call.platform.journal.effects(), call.request);
}

ControlResult clear_effects(ControlCall& call) {
    call.platform.journal.clear_effects();
    return json_reply(200, {{"cleared", true}});
}

ControlResult list_requests(ControlCall& call) {
    return list_of(call.platform.journal.requests(), call.request);
}

ControlResult clear_requests(ControlCall& call) {
    call.platform.journal.clear_requests();
    return json_reply(200, {{"cleared", true}});
}

}  // namespace sandbox
