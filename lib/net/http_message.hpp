// The parts of HTTP messages that the client and the server share. Plain values, without Beast.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace net {

// Header fields in the order they arrived, names in lower case.
class HttpHeaders {
  public:
    // Adds a field; the name is stored in lower case.
    void add(std::string_view name, std::string_view value);

    // The first field of that name (which must be given in lower case), or nothing.
    [[nodiscard]] std::optional<std::string> find(std::string_view name) const;
    [[nodiscard]] std::size_t count(std::string_view name) const;

    [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& all() const {
        return fields_;
    }

  private:
    std::vector<std::pair<std::string, std::string>> fields_;
};

// The name of a status that the status socket answers with (RFC 9110): "Not Found" for 404;
// "Unnamed" for one that is never answered.
[[nodiscard]] const char* reason_phrase(int status);

// Letters A-Z become a-z; nothing else changes.
[[nodiscard]] std::string to_lower(std::string_view text);

}  // namespace net
