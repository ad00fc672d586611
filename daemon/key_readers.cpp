#include "daemon/key_readers.hpp"

#include <algorithm>
#include <charconv>

#include "daemon/duration_text.hpp"

namespace cadenced {
namespace {

constexpr std::size_t kLongestCredentialName = 255;
constexpr std::size_t kLongestFileName = 4095;
constexpr std::size_t kLongestHost = 253;
constexpr std::size_t kLongestLabel = 63;
constexpr std::string_view kScheme = "https://";

bool is_alphanumeric(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool has_control_character(const std::string& text) {
    return std::any_of(text.begin(), text.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte < 0x20 || byte == 0x7f;
    });
}

bool is_label(std::string_view label) {
    return !label.empty() && label.size() <= kLongestLabel && label.front() != '-' &&
           label.back() != '-' && std::all_of(label.begin(), label.end(), [](char c) {
               return is_alphanumeric(c) || c == '-';
           });
}

bool is_host_name(std::string_view host) {
    if (host.empty() || host.size() > kLongestHost) return false;
    while (true) {
        const std::size_t dot = host.find('.');
        if (!is_label(host.substr(0, dot))) return false;
        if (dot == std::string_view::npos) return true;
        host.remove_prefix(dot + 1);
    }
}

bool is_ipv6_text(std::string_view host) {
    return host.find(':') != std::string_view::npos &&
           std::all_of(host.begin(), host.end(), [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') ||
                      c == ':' || c == '.';
           });
}

std::string in_lower_case(std::string_view text) {
    std::string lower{text};
    for (char& c : lower) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return lower;
}

// Splits HOST, HOST:PORT, [ADDRESS] or [ADDRESS]:PORT.
std::optional<std::pair<std::string_view, std::string_view>> split_authority(
    std::string_view authority) {
    std::size_t end = authority.find(':');
    std::string_view host = authority.substr(0, end);
    if (!authority.empty() && authority.front() == '[') {
        const std::size_t bracket = authority.find(']');
        if (bracket == std::string_view::npos) return std::nullopt;
        host = authority.substr(1, bracket - 1);
        if (!is_ipv6_text(host)) return std::nullopt;
        end = bracket + 1 == authority.size() ? std::string_view::npos : bracket + 1;
        if (end != std::string_view::npos && authority[end] != ':') return std::nullopt;
    } else if (!is_host_name(host)) {
        return std::nullopt;
    }
    if (end == std::string_view::npos) return std::pair{host, std::string_view{"443"}};
    return std::pair{host, authority.substr(end + 1)};
}

std::optional<std::uint16_t> find_port(std::string_view text) {
    std::uint16_t port = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error != std::errc{} || stop != text.data() + text.size() || port == 0) return std::nullopt;
    return port;
}

std::string what_is_wrong_with_url(const std::string& url) {
    if (url.rfind("http://", 0) == 0) return "is not encrypted";
    if (url.rfind(kScheme, 0) != 0) return "is not an https URL";
    if (url.find('@') != std::string::npos) return "has a user name or password in it";
    if (url.find_first_of("/?#", kScheme.size()) != std::string::npos) {
        return "has more than a scheme, a host and a port";
    }
    return {};
}

}  // namespace

std::optional<std::string> find_text(const Value& value, const std::string& remedy) {
    const auto* const text = value.node.as_string();
    if (text == nullptr) {
        value.complain("must be a string, not " + name_of_type(value.node), remedy);
        return std::nullopt;
    }
    if (has_control_character(text->get())) {
        value.complain("has a control character in it", remedy);
        return std::nullopt;
    }
    return text->get();
}

std::optional<std::int64_t> find_integer(const Value& value, IntegerRange range) {
    const std::string remedy = "write an integer from " + std::to_string(range.least) + " to " +
                               std::to_string(range.most);
    const auto* const number = value.node.as_integer();
    if (number == nullptr) {
        value.complain("must be an integer, not " + name_of_type(value.node), remedy);
        return std::nullopt;
    }
    if (number->get() < range.least || number->get() > range.most) {
        value.complain(std::to_string(number->get()) + " is out of range", remedy);
        return std::nullopt;
    }
    return number->get();
}

std::optional<cadence::Duration> find_duration(const Value& value, DurationRange range) {
    const std::string remedy = "write a duration from \"" + to_duration_text(range.least) +
                               "\" to \"" + to_duration_text(range.most) +
                               "\": a whole number and s, m, h or d";
    const auto text = find_text(value, remedy);
    if (!text) return std::nullopt;
    const auto found = parse_duration(*text);
    if (!found) {
        value.complain("\"" + *text + "\" is not a duration", remedy);
        return std::nullopt;
    }
    if (*found < range.least || *found > range.most) {
        value.complain("\"" + *text + "\" is out of range", remedy);
        return std::nullopt;
    }
    return found;
}

std::optional<std::size_t> find_choice(const Value& value, const std::vector<std::string>& names) {
    std::string remedy = "write one of:";
    for (const std::string& name : names) remedy += " " + name;
    const auto text = find_text(value, remedy);
    if (!text) return std::nullopt;
    const auto found = std::find(names.begin(), names.end(), *text);
    if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
    if (const auto near = find_near_name(*text, names)) remedy = "did you mean " + *near + "?";
    value.complain("\"" + *text + "\" is not known here", remedy);
    return std::nullopt;
}

std::optional<std::string> find_path(const Value& value, std::size_t longest, EmptyPath empty) {
    const std::string remedy =
        "write an absolute path of at most " + std::to_string(longest) + " bytes, beginning with /";
    auto text = find_text(value, remedy);
    if (!text) return std::nullopt;
    if (text->empty() && empty == EmptyPath::Allowed) return text;
    if (text->empty() || text->front() != '/') {
        value.complain("\"" + *text + "\" is not an absolute path", remedy);
        return std::nullopt;
    }
    if (text->size() > longest) {
        value.complain("is too long a path", remedy);
        return std::nullopt;
    }
    return text;
}

std::optional<Origin> find_origin(const Value& value) {
    const std::string remedy =
        "write scheme, host and, where it is not 443, port, such as https://chastify.net";
    const auto url = find_text(value, remedy);
    if (!url) return std::nullopt;
    if (auto wrong = what_is_wrong_with_url(*url); !wrong.empty()) {
        value.complain(std::move(wrong), remedy);
        return std::nullopt;
    }
    const auto parts = split_authority(std::string_view{*url}.substr(kScheme.size()));
    if (!parts) {
        value.complain("has no proper host name", remedy);
        return std::nullopt;
    }
    const auto port = find_port(parts->second);
    if (!port) {
        value.complain("has no proper port", remedy);
        return std::nullopt;
    }
    return Origin{in_lower_case(parts->first), *port};
}

std::optional<std::string> find_credential(const Value& value) {
    const std::string remedy =
        "name a file under $CREDENTIALS_DIRECTORY, or write an absolute path";
    auto text = find_text(value, remedy);
    if (!text) return std::nullopt;
    const bool absolute = !text->empty() && text->front() == '/';
    if (absolute && text->size() <= kLongestFileName) return text;
    const bool bare = !text->empty() && text->size() <= kLongestCredentialName && *text != "." &&
                      *text != ".." && text->find('/') == std::string::npos;
    if (bare) return text;
    // The value is not repeated: somebody may have put the secret itself here.
    value.complain("is neither the name of a file nor an absolute path", remedy);
    return std::nullopt;
}

}  // namespace cadenced
