// Bytes that nobody meant to send: nothing they say may crash the parsing or make an answer that
// breaks its own promises. Deterministic.
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <string_view>

#include "platform/chastify/interpret.hpp"

namespace {

using namespace chastify;
using cadence::Answer;
using cadence::AnswerKind;
using cadence::Secret;

// An unoptimised build or a sanitizer costs a factor of ten or more.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || !defined(__OPTIMIZE__)
#define CADENCED_SLOW_BUILD 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define CADENCED_SLOW_BUILD 1
#endif
#endif
#ifdef CADENCED_SLOW_BUILD
constexpr int kRounds = 10'000;
#else
constexpr int kRounds = 100'000;
#endif

constexpr unsigned kSeed = 20'260'101;
constexpr cadence::Instant kAskedAt = cadence::from_ms(1'760'000'000'000);
constexpr std::string_view kSecret = "tok-0123456789abcdef";

using Random = std::mt19937;

std::size_t below(Random& random, std::size_t limit) { return random() % limit; }

std::string random_bytes(Random& random) {
    std::string bytes(below(random, 64), '\0');
    for (char& byte : bytes) byte = static_cast<char>(random() & 0xFFU);
    return bytes;
}

// Pieces of real answers in a random order: now and then a valid one, mostly nearly.
std::string random_pieces(Random& random) {
    constexpr std::string_view kPieces[] = {"{",
                                            "}",
                                            "[",
                                            "]",
                                            ",",
                                            ":",
                                            "\"",
                                            "\\",
                                            "null",
                                            "true",
                                            "-1",
                                            "1e400",
                                            "18446744073709551616",
                                            "0.5",
                                            "\"role\":",
                                            "\"lockData\":",
                                            "\"extensionConfig\":",
                                            "\"extensionRequirements\":",
                                            "\"punishment\":",
                                            "\"cadence\":",
                                            "\"every\":",
                                            "\"seconds\":",
                                            "\"type\":",
                                            "\"data\":{",
                                            "\"error\":",
                                            "\"code\":",
                                            "\"message\":",
                                            "\"lock_ended\"",
                                            "\"metric\":\"m\"",
                                            "\"frozen\":",
                                            "\"timeRemainingSeconds\":",
                                            "\"\\ud800\"",
                                            "\xff",
                                            kSecret,
                                            "tok-0123456789"};
    std::string text = below(random, 3) == 0 ? "" : "{";
    for (std::size_t n = below(random, 16); n > 0; --n) {
        text += kPieces[below(random, std::size(kPieces))];
    }
    return text;
}

// A good context with a few bytes changed, doubled or lost.
std::string damaged_context(Random& random) {
    std::string text =
        R"({"role":"wearer","lockData":{"frozen":true,"timeRemainingSeconds":5},"extensionConfig":)"
        R"({"extensionRequirements":{"enabled":true,"metric":"m","requiredCount":1,"cadence":)"
        R"({"every":1,"unit":"day"},"punishment":{"type":"freeze","seconds":60}}}})";
    for (std::size_t n = below(random, 4); n > 0; --n) {
        const std::size_t at = below(random, text.size());
        switch (below(random, 3)) {
            case 0:
                text[at] = static_cast<char>(random() & 0xFFU);
                break;
            case 1:
                text.insert(at, 1, text[at]);
                break;
            default:
                text.erase(at, 1 + below(random, 8));
                break;
        }
    }
    return text;
}

std::string random_body(Random& random) {
    switch (below(random, 3)) {
        case 0:
            return random_bytes(random);
        case 1:
            return random_pieces(random);
        default:
            return damaged_context(random);
    }
}

net::HttpsOutcome random_outcome(Random& random) {
    net::HttpsOutcome outcome;
    outcome.bytes_sent = true;
    outcome.response.emplace();
    outcome.response->status = static_cast<int>(below(random, 700));
    outcome.response->body = random_body(random);
    outcome.response->body_complete = below(random, 2) == 0;
    if (below(random, 8) == 0) outcome.response->headers.add("retry-after", random_bytes(random));
    if (below(random, 8) == 0) outcome.response->headers.add("date", random_bytes(random));
    return outcome;
}

bool keeps_its_promises(const Answer& answer) {
    const std::string shown = answer.code + "|" + answer.detail;
    return answer.detail.size() <= Redaction::kLongest && answer.code.size() <= 64 &&
           shown.find(kSecret) == std::string::npos;
}

TEST(Hostile, AnyBytes_MakeAnAnswerThatKeepsItsPromises) {
    Random random{kSeed};
    const Redaction redaction({Secret(std::string(kSecret))});
    int contexts = 0;
    for (int round = 0; round < kRounds; ++round) {
        const auto outcome = random_outcome(random);
        const auto& body = outcome.response->body;
        const Answer write = interpret_write(outcome, redaction, kAskedAt);
        const auto read = interpret_read(outcome, redaction, kAskedAt);
        ASSERT_TRUE(keeps_its_promises(write)) << "round " << round << ": " << body;
        ASSERT_TRUE(keeps_its_promises(read.answer)) << "round " << round << ": " << body;
        ASSERT_NE(read.answer.kind, AnswerKind::Unknown);
        ASSERT_EQ(read.context.has_value(), read.answer.kind == AnswerKind::Applied);
        if (read.context) ++contexts;
    }
    EXPECT_GT(contexts, kRounds / 200)
        << "the generator must also reach what lies behind the syntax";
}

TEST(Hostile, AnyPrefixOfAContext_IsReadOrRefused) {
    const std::string whole =
        R"({"data":{"role":"wearer","lockData":{"frozen":true},"extensionConfig":{}}})";
    const Redaction redaction({});
    for (std::size_t length = 0; length < whole.size(); ++length) {
        net::HttpsOutcome outcome;
        outcome.response.emplace();
        outcome.response->status = 200;
        outcome.response->body = whole.substr(0, length);
        EXPECT_EQ(interpret_read(outcome, redaction, kAskedAt).answer.kind, AnswerKind::HostFault);
        EXPECT_EQ(interpret_write(outcome, redaction, kAskedAt).kind, AnswerKind::Applied);
    }
}

}  // namespace
