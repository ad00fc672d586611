#!/usr/bin/env bash
# Builds the benchmarks and runs them; prints each figure beside its target and a baseline measured
# in the same run. On a quiet machine, or the figures are those of its neighbours.
#
#   bash tests/bench/run.sh [SUBJECT…]     default: all, one after the other
#
#   parts        roughly 4 minutes
#   intake       1 minute; 77 s on two busy cores
#   deliveries   1 to 2 minutes; 94 s on two busy cores
#   herd         roughly 6 minutes
#   stored       roughly 5 minutes, 3 of them idle; up to 4 GB of disk in TMPDIR (or /tmp), checked
#                first, for ledgers that go away again
#
# Building comes first and takes minutes where nothing is built yet. Ends with 0 even when a figure
# is MISSED: that is a result. 1: this machine cannot build it, there is no such subject, or the
# build failed; 70: a benchmark failed, and said why.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tests/packages.sh

# MiB; stored_bench itself asks only once everything is built.
readonly stored_mib=3815

subjects=()
for word in "$@"; do
    case "$word" in
        parts | stored | intake | deliveries | herd) subjects+=("$word") ;;
        -h | --help)
            sed -n '2,/^set /{ /^#/s/^# \{0,1\}//p }' "${BASH_SOURCE[0]}"
            exit 0
            ;;
        *) die "no subject '$word'; there are parts, stored, intake, deliveries and herd" ;;
    esac
done
[ "${#subjects[@]}" -gt 0 ] || subjects=(parts stored intake deliveries herd)

for subject in "${subjects[@]}"; do
    [ "$subject" != stored ] ||
        require_free "${TMPDIR:-/tmp}" "$stored_mib" "the ledgers of 'stored' (TMPDIR says where)"
done
prepare_machine tests release
cmake --preset release -D CADENCED_BENCH=ON >/dev/null
cmake --build --preset release -j "$jobs" --target cadenced platform-sandbox "${subjects[@]/%/_bench}"
for subject in "${subjects[@]}"; do
    "build/release/bin/${subject}_bench"
done
