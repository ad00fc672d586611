#!/usr/bin/env bash
# Proves README.md's two commands on a machine that has nothing: makes a small Debian 12 tree, clones this
# repository's HEAD into it (what is not committed stays behind), and runs the commands there.
#
#   sudo bash tests/fresh_machine.sh [OPTION…]
#
#   --as root|user|both      who runs the commands: root, an ordinary user with sudo, or each in a tree
#                            of its own that starts from nothing (default: both)
#   --only demo|tests|both   daemon/demo.sh, tests/run.sh, or one after the other (default: both)
#   --tree DIR               where the trees and the log lie (default: /var/tmp/cadenced-fresh)
#   --reuse                  take the Debian tree that an earlier run left there, and leave it there
#   --keep                   leave the used trees, too, for a look with chroot
#   --mirror URL             a mirror of Debian (default: the one that this machine's apt uses)
#   --minutes N              how long one command may take (default: 60)
#
# Needs root, debootstrap (which it installs), a network, and 5 GiB of disk (9 to keep both trees). Nothing
# runs on after it, and nothing stays mounted: each tree is entered in namespaces of its own. Ends with 0
# if all went well.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. tests/machine.sh

who=both only=both place=/var/tmp/cadenced-fresh reuse=no keep=no mirror='' minutes=60
readonly codename=bookworm
tree='' inside=''

one_of() { # one_of OPTION VALUE WORD…
    local option=$1 value=$2 word
    shift 2
    for word in "$@"; do [ "$word" != "$value" ] || return 0; done
    die "$option is one of: $*; not '$value'"
}

read_options() {
    while [ $# -gt 0 ]; do
        case "$1" in
            --as | --only | --tree | --mirror | --minutes) [ $# -ge 2 ] || die "$1 needs a value" ;;&
            --as) one_of --as "$2" root user both && who=$2 ;;
            --only) one_of --only "$2" demo tests both && only=$2 ;;
            --tree) place=$2 ;;
            --mirror) mirror=$2 ;;
            --minutes) minutes=$2 ;;
            --reuse) reuse=yes ;;
            --keep) keep=yes ;;
            -h | --help)
                sed -n '2,19s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
                exit 0
                ;;
            *) die "no option '$1'; --help shows them" ;;
        esac
        case "$1" in --reuse | --keep) shift ;; *) shift 2 ;; esac
    done
    [[ $minutes =~ ^[1-9][0-9]{0,3}$ ]] || die "--minutes is a number, not '$minutes'"
    [[ $place == /* ]] || place=$PWD/$place
}

# Everything that can be known before the first change.
check() {
    [ "$(id -u)" -eq 0 ] || die 'this needs root, to make a tree and to enter it: sudo bash' \
        'tests/fresh_machine.sh'
    git -c safe.directory='*' rev-parse --verify -q HEAD >/dev/null ||
        die "$PWD is no clone with a commit in it: there is nothing to try"
    unshare --mount --pid --fork true 2>/dev/null ||
        die 'no namespaces may be made here; in a container, give it CAP_SYS_ADMIN'
    local above=$place
    while [ ! -d "$above" ]; do above=$(dirname "$above"); done
    case ",$(findmnt -n -o OPTIONS -T "$above")," in
        *,nodev,* | *,noexec,* | *,nosuid,*)
            die "$above is mounted nodev, noexec or nosuid, where no system can run: choose another --tree"
            ;;
    esac
    # Measured: 350 MiB for Debian, 1300 for the packages, 1300 at most for the build; and the first once
    # more, untouched.
    local gib=5
    [ "$keep:$who" != yes:both ] || gib=9
    require_free "$above" $((gib * 1024)) 'the trees'
    require_memory
}

seconds() { printf '[%4d s] %s\n' "$SECONDS" "$*"; }
step() { seconds "$*" | tee -a "$log"; }

# All of standard input goes to the log; on standard output appears what tells the story.
narrate() {
    local line
    while IFS= read -r line || [ -n "$line" ]; do
        seconds "$line" >>"$log"
        [[ ! $line =~ ^[0-9]+\.\ |^packages:|^memory:|^error:|^'   the platform saw'|tests\ passed|\*\*\*(Failed|Timeout)|^Total\ Test ]] ||
            seconds "    ${line:0:110}"
    done
}

must() { # must WHAT COMMAND…: its output goes to the log
    local what=$1
    shift
    "$@" </dev/null >>"$log" 2>&1 || die "$what failed; the last words of $log:" \
        "$(tail -n 2 "$log" | paste -sd ' ')"
}

# The lines of sources.list for the tree: MIRROR alone, or what this machine's apt uses of Debian 12.
sources() {
    if [ -n "$mirror" ]; then
        printf 'deb %s %s main\n' "$mirror" "$codename"
        return
    fi
    # shellcheck disable=SC2016  # apt's words, not the shell's
    apt-get indextargets --format '$(ORIGIN)|$(CODENAME)|$(REPO_URI)|$(RELEASE)' \
        'Created-By: Packages' 'Component: main' 2>/dev/null |
        awk -F '|' -v name=$codename '$1 == "Debian" && index($2, name) == 1 && !seen[$0]++ {
            print "deb " $3 " " $4 " main" }'
}

make_base() {
    [ "$reuse:$([ -d "$base" ] && echo there)" != yes:there ] || {
        step "reusing $base"
        return 0
    }
    local lines url
    if ! command -v debootstrap >/dev/null; then
        step 'installing debootstrap'
        must 'apt-get update' apt-get update -qq
        must 'installing debootstrap' apt-get install -y -qq --no-install-recommends debootstrap
    fi
    lines=$(sources)
    url=${mirror:-$(awk -v name=$codename '$3 == name { print $2; exit }' <<<"$lines")}
    [ -n "$url" ] || die "this machine's apt has no mirror of Debian's $codename: name one with --mirror" \
        "(or run apt-get update first)"
    rm -rf --one-file-system "$base" "$base.part"
    step "making a Debian tree ($codename, minbase, and git, sudo, ca-certificates)"
    must debootstrap debootstrap --variant=minbase --include=ca-certificates,git,sudo $codename \
        "$base.part" "$url"
    printf '%s\n' "$lines" >"$base.part/etc/apt/sources.list"
    # A mirror may be behind a proxy, or a snapshot whose lists are old.
    apt-config dump | grep -E '^Acquire::(https?::|ftp::|Check-).*"[^"]+";' \
        >"$base.part/etc/apt/apt.conf.d/10-as-outside" || true
    printf '127.0.0.1 localhost\n127.0.1.1 fresh\n' >"$base.part/etc/hosts"
    echo fresh >"$base.part/etc/hostname"
    chroot "$base.part" useradd --create-home --shell /bin/bash somebody
    echo 'somebody ALL=(ALL) NOPASSWD: ALL' >"$base.part/etc/sudoers.d/somebody"
    mv "$base.part" "$base"
}

# Runs a login shell's COMMAND in $tree, as a machine that has just been started would. The mounts and
# every process end with it, whatever happens.
enter() { # enter USER COMMAND
    local pipe=$place/pipe status=0
    # shellcheck disable=SC2016
    local boot='set -e; cd "$1"; echo fresh >/proc/sys/kernel/hostname
        mount -t proc proc proc; mount -t sysfs -o ro sys sys
        mount -t devpts -o newinstance,ptmxmode=0666,mode=0620,gid=5 pts dev/pts
        mkdir -p dev/shm; mount -t tmpfs -o mode=1777 shm dev/shm
        exec env -i TERM=dumb PATH=/usr/sbin:/usr/bin:/sbin:/bin chroot . su - "$2" -c "$3"'
    rm -f "$pipe"
    mkfifo "$pipe"
    timeout --signal=KILL "${minutes}m" unshare --mount --uts --ipc --pid --fork --kill-child \
        bash -c "$boot" enter "$tree" "$1" "$2" </dev/null >"$pipe" 2>&1 9>&- &
    inside=$!
    narrate <"$pipe"
    wait "$inside" 2>/dev/null || status=$?
    inside=''
    return "$status"
}

run_there() { # run_there USER COMMAND
    local began=$SECONDS status=0
    step "$1: $2"
    enter "$1" "cd cadenced && $2" || status=$?
    [ "$status" -ne 137 ] || die "'$2' as $1 was ended after $minutes minutes, or killed; see $log"
    [ "$status" -eq 0 ] || die "'$2' as $1 ended with $status after $((SECONDS - began)) s; see $log"
    step "$1: it took $((SECONDS - began)) s"
}

mib() { du -sxm "$1" | cut -f 1; }

try_as() { # try_as USER
    local user=$1 home began
    tree=$place/$user
    step "$user: a tree of its own"
    rm -rf --one-file-system "$tree"
    must 'copying the tree' cp -a --reflink=auto "$base" "$tree"
    cp "$place/cadenced.bundle" "$tree/srv/"
    cat /etc/resolv.conf >"$tree/etc/resolv.conf"
    home=$tree/root
    [ "$user" = root ] || home=$tree/home/$user

    began=$SECONDS
    step "$user: git clone"
    enter "$user" 'git -c advice.detachedHead=false clone -q /srv/cadenced.bundle cadenced' || die "git clone failed; see $log"
    if [ "$only" != tests ]; then
        run_there "$user" 'bash daemon/demo.sh'
        results+=("$user: from the clone to the demo's end $((SECONDS - began)) s")
        results+=("$user: then the build takes $(mib "$home/cadenced/build") MiB, the tree $(mib "$tree") MiB")
    fi
    if [ "$only" != demo ]; then
        began=$SECONDS
        run_there "$user" 'bash tests/run.sh'
        results+=("$user: every test $((SECONDS - began)) s; the build takes \
$(mib "$home/cadenced/build") MiB, the tree $(mib "$tree") MiB")
    fi
    [ "$keep" = yes ] || rm -rf --one-file-system "$tree"
}

finish() {
    local status=$?
    trap - EXIT INT TERM
    # timeout leads a process group; its end is the end of the namespaces and of all in them.
    if [ -n "$inside" ]; then
        kill -KILL -- "-$inside" 2>/dev/null || true
        wait "$inside" 2>/dev/null || true
    fi
    rm -rf --one-file-system "$place/pipe" "$place/cadenced.bundle" "$base.part"
    [ "$keep" = yes ] || [ -z "$tree" ] || rm -rf --one-file-system "$tree"
    [ "$reuse" = yes ] || rm -rf --one-file-system "$base"
    echo "log: $log"
    exit "$status"
}

main() {
    read_options "$@"
    check
    mkdir -p "$place"
    base=$place/base
    log=$place/fresh_machine-$(date -u +%Y%m%dT%H%M%SZ).log
    results=()
    exec 9>"$place/lock"
    flock -n 9 || die "another run works in $place: wait for it, or choose another --tree"
    trap finish EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM

    step "commit $(git -c safe.directory='*' rev-parse --short HEAD), $(nproc) processors," \
        "$(memory_mib) MiB of memory free"
    make_base
    step "the Debian tree takes $(mib "$base") MiB"
    must 'git bundle' git -c safe.directory='*' bundle create "$place/cadenced.bundle" HEAD
    local user users=(root somebody)
    case "$who" in user) users=(somebody) ;; root) users=(root) ;; esac
    for user in "${users[@]}"; do try_as "$user"; done
    step 'done'
    printf '%s\n' "${results[@]}" | tee -a "$log"
    exit 0
}

# The shell has read all of this file by now: an edit of it does no harm to a run.
main "$@"
