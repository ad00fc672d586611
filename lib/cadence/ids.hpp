// Strong identifiers: a window's id cannot be passed where a delivery's is wanted.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>

namespace cadence {

template <class Tag>
struct RowId {
    std::int64_t value{0};
    friend auto operator<=>(const RowId&, const RowId&) = default;
};

using RequirementId = RowId<struct RequirementTag>;
using WindowId = RowId<struct WindowTag>;
using DeliveryId = RowId<struct DeliveryTag>;

struct SessionId {
    std::string value;
    friend auto operator<=>(const SessionId&, const SessionId&) = default;
};

struct ProofId {
    std::string value;
    friend auto operator<=>(const ProofId&, const ProofId&) = default;
};

// What each may look like: lock session [A-Za-z0-9._~-]{1,128}, proof
// [A-Za-z0-9._:~-]{1,128}, metric and key [A-Za-z0-9_:-]{1,64}.
[[nodiscard]] bool is_session_id(const std::string& text);
[[nodiscard]] bool is_proof_id(const std::string& text);
[[nodiscard]] bool is_metric(const std::string& text);

}  // namespace cadence

template <>
struct std::hash<cadence::SessionId> {
    std::size_t operator()(const cadence::SessionId& id) const {
        return std::hash<std::string>{}(id.value);
    }
};
