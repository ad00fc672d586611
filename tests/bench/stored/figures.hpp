// What a daemon with much in its ledger needs: to start, to be there, to do nothing, to answer.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>

#include "tests/bench/report.hpp"

namespace bench {

// `directory` holds the ledger of `stored` ("100,000 lock sessions, 1,000,000 windows"); the daemon
// idles for `idle`.
[[nodiscard]] Report measure_daemon(const std::filesystem::path& directory,
                                    const std::string& stored, std::chrono::seconds idle);

}  // namespace bench
