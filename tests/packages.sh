# Installs the distribution's packages that the project is built and tested with. Sourced by
# daemon/demo.sh and tests/run.sh: call install_packages. Says what it installs; installs only what is
# missing; needs root or sudo only then.

die() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}

# The package names of this distribution, on standard output.
package_names() {
    local boost=libboost-dev
    local id='' version=''
    if [ -r /etc/os-release ]; then
        id=$(. /etc/os-release && printf '%s' "${ID:-}")
        version=$(. /etc/os-release && printf '%s' "${VERSION_ID:-}")
    fi
    case "$id:$version" in
        # Debian 12's unversioned libboost-dev is 1.74, too old, and conflicts with 1.81.
        debian:12) boost=libboost1.81-dev ;;
        debian:*) ;;
        # Ubuntu 24.04's libboost-dev is 1.83. Untested.
        ubuntu:*) ;;
        *) die "this script knows Debian 12 and Ubuntu 24.04, not '$id $version'; install the" \
               "packages that tests/packages.sh names with your own package manager" ;;
    esac
    printf '%s\n' \
        clang lld g++ cmake ninja-build pkg-config git python3 \
        "$boost" libssl-dev libsqlite3-dev nlohmann-json3-dev libhowardhinnant-date-dev \
        libspdlog-dev libfmt-dev libcli11-dev libtomlplusplus-dev libexpected-dev libsystemd-dev \
        libgtest-dev libgmock-dev libbenchmark-dev zlib1g-dev tzdata systemd openssl ca-certificates curl jq \
        libclang-rt-14-dev clang-format sqlite3 nodejs
}

missing_packages() {
    local name
    for name in $(package_names); do
        dpkg-query -W -f '${Status}\n' "$name" 2>/dev/null | grep -q '^install ok installed$' ||
            printf '%s\n' "$name"
    done
}

install_packages() {
    command -v dpkg-query >/dev/null || die "no dpkg here: this script is for Debian 12 and Ubuntu 24.04"
    local missing
    missing=$(missing_packages) || exit 1
    if [ -z "$missing" ]; then
        echo "packages: all there"
        return
    fi
    # shellcheck disable=SC2086  # a list of words
    echo "packages: installing" $missing
    local as_root=''
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null ||
            die "these packages are missing and neither root nor sudo is at hand: $(echo $missing)"
        as_root='sudo'
    fi
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq ||
        die "apt-get update failed: is there a network, and a Debian mirror in /etc/apt/sources.list?"
    # shellcheck disable=SC2086
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        $missing >/dev/null || die "apt-get install failed; its own message above says why"
}
