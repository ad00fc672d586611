// The sandbox's command line.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

namespace sandbox {

struct Options {
    std::string dir;                // for ca.pem and ports.json
    std::uint16_t https_port{0};    // 0: the kernel chooses
    std::uint16_t control_port{0};  // 0: the kernel chooses
    std::vector<std::string> keys;
    std::optional<std::uint64_t> seed;
    std::string journal;  // empty: effects are kept in memory only
    bool quiet{false};
    bool reference{false};  // print it and exit
};

// Or the code to exit with, after help or a complaint has been printed.
[[nodiscard]] tl::expected<Options, int> parse_options(int argc, const char* const* argv);

}  // namespace sandbox
