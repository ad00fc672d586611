// The same answer in another form: what a broken server, proxy or connection makes of it. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tests/sandbox/http.hpp"

namespace sandbox {

enum class Chunking {
    Whole,    // correct
    BadSize,  // the first chunk's size is no number
    NoEnd,    // the last chunk is missing; the connection stays open
};

struct Reshape {
    std::vector<int> interim;                   // 1xx answers that come before it
    std::optional<std::string> version;         // "1.0": and then the connection is closed
    std::optional<std::int64_t> length_off_by;  // of Content-Length: the true one plus this
    bool no_length{false};  // no Content-Length: the body ends with the connection
    std::optional<Chunking> chunking;
    int copies{1};                                 // of the answer, one after the other
    std::optional<std::int64_t> date_off_seconds;  // of the Date header
    std::optional<std::string> date;               // instead of it; empty: no such header
    int extra_headers{0};
    std::uint64_t extra_header_bytes{8};   // of each one's value
    std::optional<std::uint64_t> filler;   // the body is so many x instead
    std::optional<std::uint64_t> garbage;  // or so many bytes that are no text
};

// What `more` says wins over what `reshape` said.
void merge(Reshape& reshape, const Reshape& more);

struct Reshaped {
    std::string bytes;
    KeepAlive keep_alive{KeepAlive::Yes};
    bool ends_with_goodbye{false};  // the close is part of the answer
};

// The reply as bytes. With nothing to reshape it is to_wire().
[[nodiscard]] Reshaped reshaped(const Reshape& reshape, HttpReply reply, KeepAlive keep_alive,
                                Instant now);

}  // namespace sandbox
