// The whole program behind main().
#pragma once

#include "tests/sandbox/options.hpp"

namespace sandbox {

// Makes the certificates, listens, writes ca.pem and ports.json, and serves until it is told to
// end. Returns the code to exit with; what went wrong is one line on stderr.
[[nodiscard]] int run_program(const Options& options);

}  // namespace sandbox
