// A credential: it can be kept, compared by hash and handed to the one place that puts it on the
// wire, and it cannot be printed, formatted, logged or serialised. Its memory is wiped.
#pragma once

#include <string>
#include <string_view>

namespace cadence {

class Secret {
  public:
    Secret() = default;
    explicit Secret(std::string value) : value_(std::move(value)) {}
    Secret(const Secret&) = default;
    Secret(Secret&& other) noexcept;
    Secret& operator=(const Secret& other);
    Secret& operator=(Secret&& other) noexcept;
    ~Secret();

    [[nodiscard]] bool empty() const { return value_.empty(); }
    // The value itself, for the wire and for the ledger's token row. Don't keep the view.
    [[nodiscard]] std::string_view reveal() const { return value_; }

  private:
    void wipe() noexcept;
    std::string value_;
};

}  // namespace cadence
