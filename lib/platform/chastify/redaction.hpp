// Makes foreign text fit to be stored, logged and shown. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cadence/secret.hpp"

namespace chastify {

class Redaction {
  public:
    static constexpr std::size_t kLongest = 300;  // bytes

    explicit Redaction(std::vector<cadence::Secret> secrets);

    // Without the secrets (nor six bytes or more of one's beginning), without control characters,
    // valid UTF-8, at most kLongest bytes.
    [[nodiscard]] std::string shown(std::string_view text) const;
    // Whether a secret stands anywhere in the text, or the text is part of one.
    [[nodiscard]] bool betrays(std::string_view text) const;

  private:
    std::vector<cadence::Secret> secrets_;
};

}  // namespace chastify
