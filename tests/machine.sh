# What this machine must have before anything is installed or built; each check ends the script with one
# line that says what is missing and what to do. Sourced by tests/packages.sh, in the project's folder.

die() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}

# Measured with the release preset: clang 14's largest compilation takes 450 MiB. Twice that leaves room
# for g++ and for what else runs here.
readonly mib_per_job=1000 mib_least=800

# One word of this distribution's /etc/os-release; empty if it says nothing of it.
distribution_says() { # distribution_says NAME
    [ ! -r /etc/os-release ] || (unset "$1" && . /etc/os-release && printf '%s' "${!1:-}")
}

require_distribution() {
    local id version
    id=$(distribution_says ID)
    version=$(distribution_says VERSION_ID)
    case "$id:${version%%.*}" in
        debian:12) ;;
        # Debian's unreleased branches have no number.
        debian: | debian:1[3-9] | debian:[2-9][0-9] | ubuntu:2[4-9] | ubuntu:[3-9][0-9])
            echo "distribution: $id ${version:-unreleased} should do, but is untested; Debian 12 is tested"
            ;;
        debian:* | ubuntu:*)
            die "$id $version is too old: its compilers and libraries are; Debian 12 or Ubuntu 24.04" \
                "is needed at least"
            ;;
        *)
            die "this script knows Debian 12 and Ubuntu 24.04, not '${id:-unnamed}${version:+ $version}':" \
                "install what tests/packages.sh names in your own way, then build by README.md's 'Quick start'"
            ;;
    esac
    command -v dpkg-query >/dev/null || die "no dpkg-query here, which '$id' should have"
}

# MiB that programs may still take, swap included; a container's own limit counts, too.
memory_mib() {
    local limit=''
    [ ! -r /sys/fs/cgroup/memory.max ] || limit=$(cat /sys/fs/cgroup/memory.max)
    awk -v limit="$limit" '/^(MemAvailable|SwapFree):/ { kib += $2 }
        END { mib = int(kib / 1024)
              if (limit ~ /^[0-9]+$/ && limit / 1048576 < mib) mib = int(limit / 1048576)
              print mib }' /proc/meminfo
}

# Sets jobs: how many compilers may run at a time.
require_memory() {
    local free fitting
    free=$(memory_mib)
    [ "$free" -ge "$mib_least" ] ||
        die "too little memory: a build needs $mib_least MiB, and $free MiB are free; end other programs" \
            "or add swap"
    fitting=$((free < mib_per_job ? 1 : free / mib_per_job))
    jobs=$(nproc)
    [ "$jobs" -le "$fitting" ] || {
        jobs=$fitting
        echo "memory: $free MiB are free, so $jobs compilers at a time"
    }
}

require_free() { # require_free PATH MIB WHAT
    local free
    free=$(df -Pk "$1" | awk 'NR == 2 { print int($4 / 1024) }')
    [ "$2" -le "$free" ] ||
        die "too little disk: $3 take $2 MiB more in $(cd "$1" && pwd), and $free MiB are free there"
}

require_disk() { # require_disk BUILD_MIB PACKAGES_MIB: what each will still add
    local tree=.
    [ ! -d build ] || tree=build
    if [ "$2" -eq 0 ]; then
        require_free $tree "$1" 'the build products'
    elif [ "$(df -P $tree | tail -n 1)" = "$(df -P /usr | tail -n 1)" ]; then
        require_free $tree $(($1 + $2)) 'the build products and the packages'
    else
        require_free $tree "$1" 'the build products'
        require_free /usr "$2" 'the packages'
    fi
}

require_writable_tree() { # require_writable_tree PRESET
    local place
    for place in "build/$1/CMakeCache.txt" "build/$1" build .; do
        [ -e "$place" ] || continue
        [ -w "$place" ] || die "$PWD/$place is not yours to write: it belongs to" \
            "$(stat -c %U "$place"); give it to $(id -un), or work in a clone of your own"
        return 0
    done
}

# Sets as_root: the words before a command that needs root. May ask for sudo's password, on a terminal.
require_privileges() {
    local said
    as_root=()
    [ "$(id -u)" -ne 0 ] || return 0
    command -v sudo >/dev/null ||
        die "packages are missing, and installing them needs root: run it as root, or install sudo." \
            "They are: $*"
    as_root=(sudo)
    said=$(LC_ALL=C sudo -n true 2>&1) && return 0
    { : </dev/tty; } 2>/dev/null ||
        die "packages are missing, and sudo lets nobody in without a terminal (${said##*sudo: }): run it" \
            "on a terminal or as root. They are: $*"
    sudo -v || die "packages are missing, and sudo refuses; run it as root. They are: $*"
}
