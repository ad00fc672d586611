#include <nlohmann/json.hpp>

#include "daemon/routes/plain_proof.hpp"
#include "daemon/routes/requests.hpp"
#include "daemon/routes/rfc3339.hpp"

namespace cadenced::wire {
namespace {

using nlohmann::json;

// Takes the members as they come, without building anything. Whatever is not as it should be ends
// it.
class PlainReader final : public json::json_sax_t {
  public:
    bool null() override { return false; }
    bool boolean(bool) override { return false; }
    bool number_float(json::number_float_t, const json::string_t&) override { return false; }
    bool binary(json::binary_t&) override { return false; }
    bool start_array(std::size_t) override { return false; }
    bool end_array() override { return false; }
    bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
        return false;
    }

    bool start_object(std::size_t) override { return !std::exchange(begun_, true); }
    bool end_object() override { return true; }

    bool key(json::string_t& name) override {
        for (std::size_t i = 0; i < kNames.size(); ++i) {
            if (name != kNames[i]) continue;
            current_ = static_cast<Member>(i);
            const unsigned bit = 1U << i;
            const bool again = (seen_ & bit) != 0;
            seen_ |= bit;
            return !again;
        }
        return false;
    }

    bool string(json::string_t& text) override {
        switch (current_) {
            case Member::Id:
                proof_.id.value = std::move(text);
                return true;
            case Member::Session:
                proof_.session.value = std::move(text);
                return true;
            case Member::Metric:
                proof_.metric = std::move(text);
                return true;
            case Member::HappenedAt:
                proof_.happened_at = parse_instant(text);
                return proof_.happened_at.has_value();
            case Member::Amount:
                break;
        }
        return false;
    }

    bool number_integer(json::number_integer_t) override { return false; }
    bool number_unsigned(json::number_unsigned_t number) override {
        if (current_ != Member::Amount || number < 1 || number > kLargestAmount) return false;
        proof_.amount = static_cast<std::int64_t>(number);
        return true;
    }

    [[nodiscard]] bool whole() const {
        return cadence::is_proof_id(proof_.id.value) &&
               cadence::is_session_id(proof_.session.value) && cadence::is_metric(proof_.metric);
    }
    [[nodiscard]] engine::Proof take() { return std::move(proof_); }

  private:
    enum class Member : std::size_t { Id, Session, Metric, Amount, HappenedAt };
    static constexpr std::array<std::string_view, 5> kNames{"id", "sessionId", "metric", "amount",
                                                            "happenedAt"};

    engine::Proof proof_;
    Member current_{Member::Amount};
    unsigned seen_{0};
    bool begun_{false};
};

}  // namespace

std::optional<engine::Proof> find_plain_proof(const std::string& body) {
    PlainReader reader;
    if (!json::sax_parse(body, &reader) || !reader.whole()) return std::nullopt;
    return reader.take();
}

}  // namespace cadenced::wire
