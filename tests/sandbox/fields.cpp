#include "tests/sandbox/fields.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "tests/sandbox/suggest.hpp"

namespace sandbox {

using cadence::Error;
using cadence::ErrorCode;

std::optional<nlohmann::json> parse_json(std::string_view text) {
    constexpr int kDeepest = 64;
    bool too_deep = false;
    auto const watch = [&too_deep](int depth, nlohmann::json::parse_event_t, nlohmann::json&) {
        too_deep = too_deep || depth > kDeepest;
        return !too_deep;
    };
    auto json = nlohmann::json::parse(text, watch, false);
    if (too_deep || json.is_discarded()) return std::nullopt;
    return json;
}

Fields::Fields(const nlohmann::json& object, std::string prefix)
    : object_(object), prefix_(std::move(prefix)) {
    if (object_.is_object()) return;
    complaint_ = Error{ErrorCode::InvalidArgument, "the body must be an object", prefix_};
}

const nlohmann::json* Fields::find(const std::string& name) {
    known_.insert(name);
    if (!object_.is_object()) return nullptr;
    auto const found = object_.find(name);
    return found == object_.end() ? nullptr : &*found;
}

bool Fields::is_null(const std::string& name) {
    auto const* value = find(name);
    return value != nullptr && value->is_null();
}

std::optional<std::int64_t> Fields::integer(const std::string& name, std::int64_t least,
                                            std::int64_t most) {
    auto const* value = find(name);
    if (value == nullptr || value->is_null()) return std::nullopt;
    // Beyond 2^63 the library keeps an unsigned number that would turn negative when asked for.
    bool const fits = value->is_number_integer() &&
                      (!value->is_number_unsigned() || value->get<std::uint64_t>() <= INT64_MAX);
    if (fits) {
        auto const number = value->get<std::int64_t>();
        if (number >= least && number <= most) return number;
    }
    complain(name, fmt::format("must be an integer from {} to {}", least, most));
    return std::nullopt;
}

std::optional<double> Fields::number(const std::string& name, double least, double most) {
    auto const* value = find(name);
    if (value == nullptr || value->is_null()) return std::nullopt;
    if (value->is_number()) {
        auto const number = value->get<double>();
        if (number >= least && number <= most) return number;
    }
    complain(name, fmt::format("must be a number from {} to {}", least, most));
    return std::nullopt;
}

std::optional<bool> Fields::flag(const std::string& name) {
    auto const* value = find(name);
    if (value == nullptr || value->is_null()) return std::nullopt;
    if (value->is_boolean()) return value->get<bool>();
    complain(name, "must be true or false");
    return std::nullopt;
}

std::optional<std::string> Fields::text(const std::string& name) {
    auto const* value = find(name);
    if (value == nullptr || value->is_null()) return std::nullopt;
    if (value->is_string()) return value->get<std::string>();
    complain(name, "must be a string");
    return std::nullopt;
}

const nlohmann::json* Fields::object(const std::string& name) {
    auto const* value = find(name);
    if (value == nullptr || value->is_null()) return nullptr;
    if (value->is_object()) return value;
    complain(name, "must be an object");
    return nullptr;
}

void Fields::complain(const std::string& name, const std::string& what) {
    adopt(
        {ErrorCode::InvalidArgument, fmt::format("{}{} {}", prefix_, name, what), prefix_ + name});
}

void Fields::adopt(const Error& error) {
    if (!complaint_) complaint_ = error;
}

void Fields::require(const std::string& name) {
    auto const* value = find(name);
    if (value == nullptr || value->is_null()) complain(name, "is required");
}

void Fields::require_marked(std::string_view table) {
    while (!table.empty()) {
        auto const word = table.substr(0, table.find(' '));
        if (word.ends_with('*')) require(std::string(word.substr(0, word.size() - 1)));
        table.remove_prefix(std::min(word.size() + 1, table.size()));
    }
}

cadence::Result<void> Fields::check() const {
    if (complaint_) return tl::unexpected<Error>(*complaint_);
    for (auto const& [name, value] : object_.items()) {
        if (!known_.contains(name)) {
            return cadence::fail(ErrorCode::InvalidArgument,
                                 fmt::format("{}{} is not a field known here{}", prefix_, name,
                                             did_you_mean(name, {known_.begin(), known_.end()})),
                                 prefix_ + name);
        }
    }
    return {};
}

std::int64_t read_times(Fields& fields) {
    auto const times = fields.integer("times", -1, 1'000'000'000).value_or(-1);
    if (times == 0) fields.complain("times", "must be 1 or more, or -1 for ever");
    return times;
}

double read_probability(Fields& fields) {
    auto const probability = fields.number("probability", 0.0, 1.0).value_or(1.0);
    if (probability <= 0.0) fields.complain("probability", "must be above 0, or it never happens");
    return probability;
}

}  // namespace sandbox
