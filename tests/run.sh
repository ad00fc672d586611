#!/usr/bin/env bash
# Installs what is missing, builds, and runs every test.
#
#   bash tests/run.sh [PRESET]     PRESET: release (default), debug, asan, tsan, gcc
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. tests/packages.sh

[ $# -le 1 ] || die "one PRESET at a time, not '$*'"
preset=${1:-release}
case "$preset" in
    release | debug | asan | tsan | gcc) ;;
    -h | --help)
        sed -n '2,5s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
        exit 0
        ;;
    *) die "no preset '$preset'; there are release, debug, asan, tsan and gcc" ;;
esac

# Benchmarks are built where they run, so that they don't rot; ctest runs none.
benchmarks=OFF
[ "$preset" != release ] || benchmarks=ON

prepare_machine tests "$preset"
cmake --preset "$preset" -D CADENCED_BENCH="$benchmarks" >/dev/null
cmake --build --preset "$preset" -j "$jobs"
# Many tests wait for a process or the clock: two more at a time than there are processors.
ctest --preset "$preset" -j "$(($(nproc) + 2))"
