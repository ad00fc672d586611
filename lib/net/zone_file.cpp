#include "net/zone_file.hpp"

#include <openssl/evp.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string_view>

namespace net {
namespace {

using cadence::ErrorCode;

constexpr std::size_t kHeaderSize = 44;
constexpr std::size_t kLargestFile = 1024 * 1024;

std::optional<std::string> read_all(const std::string& path) {
    std::ifstream file{path, std::ios::binary};
    if (!file) return std::nullopt;
    std::string bytes(kLargestFile, '\0');
    file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    bytes.resize(static_cast<std::size_t>(file.gcount()));
    return bytes;
}

std::size_t big_endian_at(std::string_view bytes, std::size_t position) {
    std::size_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        value = value << 8U | static_cast<unsigned char>(bytes[position + i]);
    }
    return value;
}

// The length of the header at the front of `block` and the data that belong to it; `time_size` is
// 4 in a file's first block and 8 in its second. Empty when there is no header.
std::optional<std::size_t> block_length(std::string_view block, std::size_t time_size) {
    if (block.size() < kHeaderSize || block.substr(0, 4) != "TZif") return std::nullopt;
    if (block[4] < '2') return std::nullopt;
    const auto count = [block](std::size_t index) { return big_endian_at(block, 20 + 4 * index); };
    const auto ut_indicators = count(0);
    const auto standard_indicators = count(1);
    const auto leap_seconds = count(2);
    const auto transitions = count(3);
    const auto types = count(4);
    const auto characters = count(5);
    return kHeaderSize + transitions * (time_size + 1) + types * 6 + characters +
           leap_seconds * (time_size + 4) + standard_indicators + ut_indicators;
}

// The text between the two newlines after the second block.
std::optional<std::string> footer_of(std::string_view bytes) {
    for (const std::size_t time_size : {4U, 8U}) {
        const auto length = block_length(bytes, time_size);
        if (!length || *length > bytes.size()) return std::nullopt;
        bytes.remove_prefix(*length);
    }
    if (bytes.size() < 2 || bytes.front() != '\n') return std::nullopt;
    const auto end = bytes.find('\n', 1);
    if (end == std::string_view::npos) return std::nullopt;
    return std::string{bytes.substr(1, end - 1)};
}

std::optional<std::string> fingerprint_of(std::string_view bytes) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_sha256(), nullptr) !=
        1) {
        return std::nullopt;
    }
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text;
    for (std::size_t i = 0; i < 8; ++i) {
        text += kDigits[digest[i] >> 4U];
        text += kDigits[digest[i] & 15U];
    }
    return text;
}

}  // namespace

cadence::Result<ZoneFile> load_zone_file(const std::string& path) {
    const auto bytes = read_all(path);
    if (!bytes) return cadence::fail(ErrorCode::NotFound, "cannot read the zone file " + path);
    auto footer = footer_of(*bytes);
    if (!footer) {
        return cadence::fail(ErrorCode::Malformed,
                             path + " is not a TZif file of version 2 or later; reinstall tzdata");
    }
    auto fingerprint = fingerprint_of(*bytes);
    if (!fingerprint) return cadence::fail(ErrorCode::Internal, "OpenSSL offers no SHA-256");
    return ZoneFile{*std::move(footer), *std::move(fingerprint)};
}

std::string zone_directory() {
    // As date/tz looks for it: an embedded system's directory wins over the usual one.
    const std::string usual = "/usr/share/zoneinfo";
    std::error_code ignored;
    const auto embedded = usual + "/uclibc";
    return std::filesystem::is_directory(embedded, ignored) ? embedded : usual;
}

std::string load_database_version(const std::string& directory) {
    // The compact source that comes with the compiled files opens with "# version 2026f".
    std::ifstream source{directory + "/tzdata.zi"};
    std::string hash;
    std::string word;
    std::string version;
    if (source >> hash >> word >> version && hash == "#" && word == "version") return version;
    return "unknown";
}

}  // namespace net
