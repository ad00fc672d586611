#include "net/http_message.hpp"

#include <algorithm>

namespace net {

std::string to_lower(std::string_view text) {
    std::string lower(text);
    for (char& c : lower) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return lower;
}

void HttpHeaders::add(std::string_view name, std::string_view value) {
    fields_.emplace_back(to_lower(name), value);
}

std::optional<std::string> HttpHeaders::find(std::string_view name) const {
    for (const auto& [field, value] : fields_) {
        if (field == name) return value;
    }
    return std::nullopt;
}

std::size_t HttpHeaders::count(std::string_view name) const {
    return static_cast<std::size_t>(std::count_if(
        fields_.begin(), fields_.end(), [name](const auto& field) { return field.first == name; }));
}

}  // namespace net
