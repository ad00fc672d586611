#include "daemon/routes/body_json.hpp"

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <vector>

#include "daemon/routes/unknown_name.hpp"

namespace cadenced::wire {
namespace {

using cadence::Error;
using cadence::ErrorCode;
using nlohmann::json;

constexpr std::size_t kDeepest = 32;

// Looks at the text without building anything. nlohmann's parser keeps its own stack on the heap,
// so that depth costs nothing until we end it.
class Inspector final : public json::json_sax_t {
  public:
    explicit Inspector(std::string_view what) : what_(what) {}

    bool null() override { return true; }
    bool boolean(bool) override { return true; }
    bool number_integer(json::number_integer_t) override { return true; }
    bool number_unsigned(json::number_unsigned_t) override { return true; }
    bool number_float(json::number_float_t, const json::string_t&) override { return true; }
    bool string(json::string_t&) override { return true; }
    bool binary(json::binary_t&) override { return true; }

    bool start_object(std::size_t) override { return descend(); }
    bool start_array(std::size_t) override { return descend(); }
    bool end_object() override { return ascend(); }
    bool end_array() override { return ascend(); }

    bool key(json::string_t& name) override {
        if (names_.back().insert(name).second) return true;
        const std::string shown = repeatable_name(name);
        error_ = Error{ErrorCode::InvalidArgument, "the field " + shown + " is given twice", shown};
        return false;
    }

    bool parse_error(std::size_t position, const std::string&,
                     const nlohmann::detail::exception&) override {
        error_ = Error{
            ErrorCode::Malformed,
            what_ + " is not valid JSON in UTF-8, from byte " + std::to_string(position) + " on",
            {}};
        return false;
    }

    [[nodiscard]] const std::optional<Error>& error() const { return error_; }

  private:
    bool descend() {
        if (names_.size() < kDeepest) {
            names_.emplace_back();
            return true;
        }
        error_ = Error{ErrorCode::Malformed,
                       what_ + " is nested more than " + std::to_string(kDeepest) + " levels deep",
                       {}};
        return false;
    }

    bool ascend() {
        names_.pop_back();
        return true;
    }

    std::string what_;
    std::vector<std::set<std::string>> names_;
    std::optional<Error> error_;
};

}  // namespace

cadence::Result<json> parse_body(const std::string& body, std::string_view what) {
    Inspector inspector(what);
    const bool sound = json::sax_parse(body, &inspector);
    if (inspector.error()) return tl::unexpected<Error>(*inspector.error());
    json value = json::parse(body, nullptr, false);
    if (!sound || value.is_discarded()) {
        return cadence::fail(ErrorCode::Malformed, std::string(what) + " is not valid JSON");
    }
    if (!value.is_object()) {
        return cadence::fail(ErrorCode::InvalidArgument,
                             std::string(what) + " must be an object, got " +
                                 (value.is_array() ? "an array" : "a single value"));
    }
    return value;
}

}  // namespace cadenced::wire
