#include "tests/sandbox/options.hpp"
#include "tests/sandbox/program.hpp"

int main(int argc, char** argv) {
    auto const options = sandbox::parse_options(argc, argv);
    if (!options) return options.error();
    return sandbox::run_program(*options);
}
