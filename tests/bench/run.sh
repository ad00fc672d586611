#!/usr/bin/env bash
# Builds the benchmarks and runs them; prints each figure beside its target and a baseline measured
# in the same run. On a quiet machine, or the figures are those of its neighbours.
#
#   bash tests/bench/run.sh [SUBJECT…]     SUBJECT: parts, stored, intake, deliveries (default: all)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tests/packages.sh

subjects=()
for word in "$@"; do
    case "$word" in
        parts | stored | intake | deliveries) subjects+=("$word") ;;
        -h | --help)
            sed -n '2,6s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
            exit 0
            ;;
        *) die "no subject '$word'; there are parts, stored, intake and deliveries" ;;
    esac
done
[ "${#subjects[@]}" -gt 0 ] || subjects=(parts stored intake deliveries)

prepare_machine tests release
cmake --preset release -D CADENCED_BENCH=ON >/dev/null
cmake --build --preset release -j "$jobs" --target cadenced platform-sandbox "${subjects[@]/%/_bench}"
for subject in "${subjects[@]}"; do
    "build/release/bin/${subject}_bench"
done
