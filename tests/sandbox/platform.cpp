#include "tests/sandbox/platform.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sandbox {
namespace {

std::string base64url(std::string_view bytes) {
    constexpr std::string_view kAlphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::string text;
    unsigned bits = 0;
    unsigned held = 0;
    for (char const byte : bytes) {
        bits = (bits << 8) | static_cast<unsigned char>(byte);
        held += 8;
        while (held >= 6) {
            held -= 6;
            text += kAlphabet[(bits >> held) & 63U];
        }
    }
    if (held > 0) text += kAlphabet[(bits << (6 - held)) & 63U];
    return text;
}

std::string make_token(Platform& platform, TokenFormat format, Instant expires_at) {
    auto const noise = fmt::format("{:016x}{:016x}", platform.random(), platform.random());
    if (format == TokenFormat::Opaque) return "mt-" + noise;
    auto const expiry = std::chrono::floor<std::chrono::seconds>(expires_at);
    auto const payload =
        fmt::format(R"({{"exp":{},"jti":"{}"}})", expiry.time_since_epoch().count(), noise);
    return base64url(R"({"alg":"HS256","typ":"JWT"})") + "." + base64url(payload) + "." +
           base64url(noise);
}

}  // namespace

Session* find_session(Platform& platform, std::string_view id) {
    auto const found = platform.sessions.find(id);
    return found == platform.sessions.end() ? nullptr : &found->second;
}

void launch(Platform& platform, Session& session, TokenFormat format, Millis life, Instant now) {
    auto const expires_at = now + life;
    Token token;
    token.value = make_token(platform, format, expires_at);
    token.launched_at = now;
    token.expires_at = expires_at;
    session.tokens.push_back(std::move(token));
}

bool is_live(const Token& token, Instant now) {
    return !token.revoked && now < token.expires_at && !(token.dies_at && now >= *token.dies_at) &&
           token.uses_left != 0;
}

bool use_token(Session& session, std::string_view value, Instant now) {
    // The newest is the likeliest.
    auto const found = std::find_if(
        session.tokens.rbegin(), session.tokens.rend(),
        [value, now](const Token& token) { return token.value == value && is_live(token, now); });
    if (found == session.tokens.rend()) return false;
    if (found->uses_left) --*found->uses_left;
    return true;
}

void reset(Platform& platform, std::uint64_t seed) {
    platform.keys = platform.first_keys;
    platform.sessions.clear();
    platform.limits = RateLimits();
    platform.faults.clear();
    platform.people.rules.clear();
    platform.agenda.clear();
    platform.journal.clear_effects();
    platform.journal.clear_requests();
    platform.listening = true;
    platform.seed = seed;
    platform.faults.reseed(seed);
    platform.people.random.seed(seed);
    platform.random.seed(seed);
}

}  // namespace sandbox
