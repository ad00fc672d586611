// Reads the fields of one JSON object and keeps the first complaint: a wrong type, a value out of
// range, a field that is not known. The control API's bodies go through this.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "cadence/error.hpp"

namespace sandbox {

// Empty when the text is no JSON, or nests deeper than 64 levels.
[[nodiscard]] std::optional<nlohmann::json> parse_json(std::string_view text);

class Fields {
  public:
    // `object` must outlive this. The prefix stands before the names in complaints: "match.".
    explicit Fields(const nlohmann::json& object, std::string prefix = {});

    // Null when absent. Each of these makes the name a known one.
    [[nodiscard]] const nlohmann::json* find(const std::string& name);
    [[nodiscard]] bool is_null(const std::string& name);

    // Empty when absent, null, or wrong; what is wrong is complained about.
    [[nodiscard]] std::optional<std::int64_t> integer(const std::string& name, std::int64_t least,
                                                      std::int64_t most);
    [[nodiscard]] std::optional<double> number(const std::string& name, double least, double most);
    [[nodiscard]] std::optional<bool> flag(const std::string& name);
    [[nodiscard]] std::optional<std::string> text(const std::string& name);
    [[nodiscard]] const nlohmann::json* object(const std::string& name);

    void complain(const std::string& name, const std::string& what);
    void adopt(const cadence::Error& error);  // the complaint of an inner object's fields
    void require(const std::string& name);    // complains when it is absent or null
    // Requires the names that a table for the reference marks: "at* how" means that at is required.
    void require_marked(std::string_view table);

    // The first complaint, or one about the first field nobody asked for.
    [[nodiscard]] cadence::Result<void> check() const;
    [[nodiscard]] const std::optional<cadence::Error>& complaint() const { return complaint_; }

  private:
    const nlohmann::json& object_;
    std::string prefix_;
    std::set<std::string> known_;
    std::optional<cadence::Error> complaint_;
};

// How often, and how likely, something happens; a rule by which it never would is refused.
// -1 when absent: for ever.
[[nodiscard]] std::int64_t read_times(Fields& fields);
// 1 when absent.
[[nodiscard]] double read_probability(Fields& fields);

}  // namespace sandbox
