# Gets this machine ready to build: checks it, and installs the distribution's packages that are missing.
# Sourced by daemon/demo.sh, tests/run.sh and tests/bench/run.sh in the project's folder: call
# prepare_machine. Nothing is changed before every check has passed; root or sudo is needed only
# where a package is missing, the network likewise.
. tests/machine.sh

# The version of this distribution's clang, which some packages carry in their names; empty where clang
# is not installed and apt has not been updated yet.
clang_version() {
    { dpkg-query -W -f 'Depends: ${Depends}\n' clang || apt-cache show --no-all-versions clang; } \
        2>/dev/null | sed -n 's/^Depends:.*\bclang-\([0-9]\{1,\}\).*/\1/p' | head -n 1
}

# The names of the packages, on standard output. SET: demo (the daemon and the sandbox), or tests (all).
package_names() { # package_names SET
    local boost=libboost-dev legacy_zones=tzdata-legacy clang
    if [ "$(distribution_says ID):$(distribution_says VERSION_ID)" = debian:12 ]; then
        # Its unversioned libboost-dev is 1.74: too old, and in 1.81's way.
        boost=libboost1.81-dev
        # Its tzdata has the old names of the zones, too.
        legacy_zones=''
    fi
    printf '%s\n' clang lld cmake ninja-build pkg-config python3 $boost libssl-dev libsqlite3-dev \
        nlohmann-json3-dev libhowardhinnant-date-dev libspdlog-dev libfmt-dev libcli11-dev \
        libtomlplusplus-dev libexpected-dev libsystemd-dev libgtest-dev zlib1g-dev tzdata \
        ca-certificates curl jq
    [ "$1" != demo ] || return 0
    clang=$(clang_version)
    printf '%s\n' g++ git systemd openssl sqlite3 libgmock-dev libbenchmark-dev libabsl-dev \
        clang-format nodejs python3-jsonschema ${clang:+"libclang-rt-$clang-dev"} $legacy_zones
}

missing_packages() { # missing_packages SET
    local names
    names=$(package_names "$1")
    # shellcheck disable=SC2086  # here and below: a list of words
    printf '%s\n' $names | grep -vxF -f <(
        dpkg-query -W -f '${db:Status-Status} ${Package}\n' $names 2>/dev/null | sed -n 's/^installed //p'
    ) || true
}

# One call of apt-get whose words go to the file $apt_said.
apt_quietly() {
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive LC_ALL=C apt-get -q -y \
        -o DPkg::Lock::Timeout=300 -o Acquire::Retries=1 -o Acquire::http::Timeout=20 \
        -o Acquire::https::Timeout=20 "$@" >"$apt_said" 2>&1 </dev/null
}

# Why apt failed, in its own words: what the network answered, if it was that.
apt_complaint() {
    sed -n '/^Err:/ { n; s/^ *//p; q }' "$apt_said" | grep . || grep -m 1 '^E:' "$apt_said" ||
        tail -n 1 "$apt_said"
}

# From "what could go wrong" to "what changes the machine": only the last step does.
install_missing() { # install_missing SET
    local names update_complaint='' displaced
    apt_said=$(mktemp)
    trap 'rm -f "$apt_said"' EXIT
    # apt-get succeeds here without a network, too, and a third party's mirror may be down: the next
    # steps tell whether that matters.
    if ! apt_quietly update || grep -q '^Err:' "$apt_said"; then
        update_complaint=$(apt_complaint)
    fi
    # Now apt knows the version of clang.
    names=$(missing_packages "$1") || exit 1
    # shellcheck disable=SC2086
    apt_quietly install --no-install-recommends --simulate $names || die \
        "apt cannot install what is missing (${update_complaint:-$(apt_complaint)}): is there a network," \
        "and does /etc/apt name a mirror with main, and on Ubuntu universe?"
    displaced=$(sed -n 's/^Remv \([^ ]*\).*/\1/p' "$apt_said" | paste -sd ' ')
    [ -z "$displaced" ] || die "what is missing would displace other packages ($displaced); if you can do" \
        "without those, install it yourself: apt-get install" "$(paste -sd ' ' <<<"$names")"
    # shellcheck disable=SC2086
    apt_quietly install --no-install-recommends --download-only $names ||
        die "apt cannot fetch what is missing ($(apt_complaint)): is there a network?"
    # shellcheck disable=SC2086
    echo "packages: installing" $names
    # shellcheck disable=SC2086
    apt_quietly install --no-install-recommends --no-remove $names || {
        tail -n 20 "$apt_said" >&2
        die "apt-get install failed; its last words are above"
    }
    rm -f "$apt_said"
    trap - EXIT
}

# MiB of a whole build tree. Measured: the demo's 320, the release preset's 870 before its benchmarks;
# the others are reckoned from one library's, and g++'s precompiled headers are five times as large.
build_mib() { # build_mib SET PRESET
    case "$1:$2" in
        demo:*) echo 400 ;;
        *:release) echo 1300 ;;
        *:gcc) echo 4500 ;;
        *) echo 2000 ;;
    esac
}

# Checks the machine, installs what is missing, and sets jobs: how many compilers may run at a time.
prepare_machine() { # prepare_machine SET PRESET
    local missing count present=0 wanted
    require_distribution
    require_writable_tree "$2"
    require_memory
    missing=$(missing_packages "$1") || exit 1
    count=$(printf '%s' "$missing" | grep -c . || true)
    [ ! -d "build/$2" ] || present=$(du -sm "build/$2" | cut -f 1)
    wanted=$(($(build_mib "$1" "$2") - present))
    # Measured on a bare Debian 12: 39 MiB each, what is fetched for them included.
    require_disk $((wanted > 0 ? wanted : 50)) $((count * 40))
    if [ "$count" -eq 0 ]; then
        echo 'packages: all there'
    else
        # shellcheck disable=SC2086
        require_privileges $missing
        install_missing "$1"
    fi
}
