#include "tests/sandbox/position.hpp"

#include <algorithm>

namespace sandbox {

std::uint64_t resolve(const Position& position, const Extent& extent) {
    switch (position.from) {
        case Position::From::Start:
            return std::min(position.offset, extent.size);
        case Position::From::End:
            return extent.size - std::min(position.offset, extent.size);
        case Position::From::HeadHalf:
            return extent.head / 2;
        case Position::From::HeadEnd:
            return extent.head;
        case Position::From::BodyHalf:
            return extent.head + (extent.size - extent.head) / 2;
        case Position::From::Random:
            return position.offset % (extent.size + 1);
    }
    return extent.size;
}

std::optional<std::uint64_t> resolve_early(const Position& position) {
    if (position.from != Position::From::Start) return std::nullopt;
    return position.offset;
}

}  // namespace sandbox
