// What truly happened: every effect on a lock session, and every request with its fate. Tests and
// users compare what a client believes with this. Numbers only grow, also over a clear().
#pragma once

#include <cstdint>
#include <cstdio>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cadence/error.hpp"
#include "tests/sandbox/call.hpp"
#include "tests/sandbox/instant.hpp"

namespace sandbox {

struct Effect {
    std::uint64_t sequence{0};
    Instant at;
    std::string session;
    std::string source{"extension"};  // or person, platform
    std::string kind;                 // "progress", "add_time", "freeze", "metadata" …
    std::string params;               // JSON text: what was asked, and what came of it
    std::uint64_t request{0};
    std::uint64_t connection{0};
    std::string idempotency_key;
    std::string request_id;
};

struct RequestRecord {
    std::uint64_t number{0};
    std::uint64_t connection{0};
    std::string method;
    std::string path;
    Call call;
    std::string idempotency_key;
    std::string request_id;
    std::vector<std::uint64_t> faults;
    Instant received_at;                 // the request was read completely
    std::optional<Instant> applied_at;   // it took effect
    std::optional<Instant> answered_at;  // the answer was handed to the kernel completely
    std::optional<std::uint64_t> effect;
    std::optional<std::uint64_t>
        cut_at;                  // bytes of the answer that were written, or of the request
    bool read_completely{true};  // false: it was cut itself, at cut_at
    bool client_gone{false};     // the other side had closed before we would have answered
    bool finished{false};
    int status{0};  // of the answer that was meant to be sent; 0: none was
    std::string code;
};

class Journal {
  public:
    // Appends every effect to this file, too, one line of JSON each, flushed at once.
    [[nodiscard]] cadence::Result<void> open_file(const std::string& path);

    std::uint64_t add_effect(Effect effect);            // returns its sequence number
    std::uint64_t begin_request(RequestRecord record);  // returns its number
    // Null when it was cleared or forgotten meanwhile.
    [[nodiscard]] RequestRecord* find_request(std::uint64_t number);

    [[nodiscard]] const std::deque<Effect>& effects() const { return effects_; }
    // Only the latest 200,000: a benchmark must not fill the memory. Effects are all kept.
    [[nodiscard]] const std::deque<RequestRecord>& requests() const { return requests_; }
    void clear_effects() { effects_.clear(); }
    void clear_requests() { requests_.clear(); }

  private:
    struct Closer {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };
    std::deque<Effect> effects_;
    std::deque<RequestRecord> requests_;
    std::uint64_t last_effect_{0};
    std::uint64_t last_request_{0};
    std::unique_ptr<std::FILE, Closer> file_;
};

[[nodiscard]] std::string to_json_text(const Effect& effect);
[[nodiscard]] std::string to_json_text(const RequestRecord& record);

}  // namespace sandbox
