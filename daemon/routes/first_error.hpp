// Where a reader of a request notes what is wrong; the first note stays. Pure.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "cadence/error.hpp"

namespace cadenced::wire {

class FirstError {
  public:
    // "FIELD DETAIL" for people, FIELD for programs. `detail` goes on: "must be …".
    void note(const std::string& field, const std::string& detail) {
        if (error_) return;
        error_ = cadence::Error{cadence::ErrorCode::InvalidArgument, field + " " + detail, field};
    }

    [[nodiscard]] const std::optional<cadence::Error>& error() const { return error_; }

    // `value`, unless something was noted.
    template <class Value>
    [[nodiscard]] cadence::Result<Value> unless_noted(Value value) const {
        if (error_) return tl::unexpected<cadence::Error>(*error_);
        return value;
    }

  private:
    std::optional<cadence::Error> error_;
};

}  // namespace cadenced::wire
