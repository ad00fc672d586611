#!/usr/bin/env bash
# The first ten minutes: installs the distribution's packages that are missing (with sudo, unless root),
# builds cadenced and a sandbox platform, and walks a wearer's week through both, printing what
# happens. Needs no account anywhere and leaves no process behind.
#
#   bash daemon/demo.sh [--keep]     --keep: leave the demo's directory for a look
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. tests/packages.sh

[ $# -le 1 ] || die "the only option is --keep, not '$*'"
keep=no
case "${1:-}" in
    '') ;;
    --keep) keep=yes ;;
    -h | --help)
        sed -n '2,6s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
        exit 0
        ;;
    *) die "the only option is --keep, not '$1'" ;;
esac

number=0 bold='' plain=''
if [ -t 1 ]; then bold=$'\033[1m' plain=$'\033[0m'; fi
step() {
    number=$((number + 1))
    printf '\n%s%d. %s%s\n' "$bold" "$number" "$*" "$plain"
}
say() { printf '   %s\n' "$*"; }

step 'Install what is missing, and build'
prepare_machine demo release
cmake --preset release >/dev/null
# On a terminal ninja moves one line along; elsewhere every twentieth step is a line.
build() { cmake --build --preset release -j "$jobs" --target cadenced platform-sandbox; }
if [ -t 1 ]; then
    build
else
    build | sed -u -n -e 's/^\(.\{97\}\).*/\1/' -e '/^FAILED\|^ninja\|error:/ { s/^/   /p; d }' \
        -e '1~20s/^/   /p'
fi
bin=build/release/bin

dir=$(mktemp -d)
sandbox_pid='' daemon_pid=''
finish() {
    trap - EXIT INT TERM
    [ -z "$daemon_pid" ] || kill "$daemon_pid" 2>/dev/null || true
    [ -z "$sandbox_pid" ] || kill "$sandbox_pid" 2>/dev/null || true
    wait 2>/dev/null || true
    if [ "$keep" = yes ]; then echo "kept: $dir"; else rm -rf "$dir"; fi
}
trap finish EXIT
trap 'exit 130' INT TERM

await() { # await SECONDS COMMAND…: until COMMAND succeeds
    local tries=$(($1 * 20))
    shift
    until "$@" >/dev/null 2>&1; do
        tries=$((tries - 1))
        if [ "$tries" -le 0 ]; then
            tail -n 20 "$dir/daemon.log" >&2 || true
            die "this did not come true in time: $*"
        fi
        sleep 0.05
    done
}

ask() { # ask METHOD PATH [BODY]: one call to the daemon's status socket
    curl -sS --fail-with-body --unix-socket "$dir/cadenced.sock" -X "$1" "http://cadenced$2" \
        ${3:+-H 'content-type: application/json' -d "$3"}
}
platform() { # platform METHOD PATH [BODY]: one call to the sandbox's control port
    curl -sS --fail-with-body -X "$1" "http://127.0.0.1:$control$2" ${3:+-d "$3"}
}

start_daemon() {
    "$bin/cadenced" --config "$dir/cadenced.toml" >>"$dir/daemon.log" 2>&1 &
    daemon_pid=$!
    await 20 ask GET /readyz
}
stop_daemon() {
    kill "$daemon_pid"
    wait "$daemon_pid" || die "the daemon ended with an error: $(tail -n 3 "$dir/daemon.log")"
    daemon_pid=''
}

effects() { platform GET "/effects?session=demo"; }
effect_count() { effects | jq '.items | length'; }
remaining() { platform GET /sessions/demo | jq .lockData.timeRemainingSeconds; }
show_effects() {
    local count
    count=$(effect_count)
    say "the platform saw $count writes:"
    effects | jq -r '.items[] | "of \(.kind), \(.params.seconds // .params.amount) each"' |
        sort | uniq -c | sed 's/^ */     /'
}
windows() { ask GET '/v1/sessions/demo/windows?metric=checkin'; }
show_windows() {
    windows | jq -r '.items[] | [.localStart, (.verdict // "open"), "\(.count) of \(.requiredCount)",
        .reason] | @tsv' |
        awk -F '\t' '{ mark["met"] = "■"; mark["missed"] = "□"; mark["excused"] = "·"
                       mark["open"] = "…"
                       printf "   %s  %s %-8s %-8s %s\n", $1, mark[$2], $2, $3, $4 }'
}
delivery_counts() {
    ask GET /v1/status | jq -r '.deliveries | to_entries[] | select(.key != "oldestWaitingAt" and
        .value != 0) | "\(.value) \(.key)"' | paste -sd ',' | sed 's/,/, /g'
}
all_judged() { [ "$(windows | jq '[.items[] | select(.verdict == null)] | length')" -le 1 ]; }
all_sent() {
    [ "$(ask GET /v1/status | jq '.deliveries | .waiting + .queued + .inFlight + .unknown')" = 0 ]
}
context_seen() { ask GET /v1/sessions/demo | jq -r .contextSeenAt; }
context_is_new() { [ "$(context_seen)" != "$seen" ]; }
launch() {
    local token
    token=$(platform POST /sessions/demo/launch | jq -r .mainToken)
    ask POST /v1/sessions/demo/launches "{\"mainToken\":\"$token\"}" | jq -r .expiresAt
}

step 'Start the sandbox, which stands in for the platform, and the daemon'
"$bin/platform-sandbox" --dir "$dir" --key demo-developer-key --quiet >"$dir/sandbox.log" 2>&1 &
sandbox_pid=$!
await 20 test -s "$dir/ports.json"
https=$(jq .https "$dir/ports.json")
control=$(jq .control "$dir/ports.json")
(umask 077 && printf 'demo-developer-key\n' >"$dir/key")
cat >"$dir/cadenced.toml" <<TOML
state_dir = "$dir"
socket    = "$dir/cadenced.sock"

[platform.chastify]
kind       = "chastify"
base_url   = "https://localhost:$https"
credential = "$dir/key"
ca_file    = "$dir/ca.pem"

[defaults]
grace = "2s"
TOML
sed 's/^/   | /' "$dir/cadenced.toml"
start_daemon
say "ready: $(ask GET /readyz | jq -c .)"

step "Enrol a wearer's lock session, in force for a week, misses of that week punished"
platform POST /sessions '{"id":"demo","timeRemainingSeconds":604800}' >/dev/null
since=$(date -u -d '7 days ago' +%Y-%m-%dT12:00:00Z)
ask PUT /v1/sessions/demo "{\"timezone\":\"Europe/Berlin\",\"requirements\":[{
    \"metric\":\"checkin\",\"requiredCount\":1,\"cadence\":{\"every\":1,\"unit\":\"day\"},
    \"punishment\":{\"type\":\"add_time\",\"seconds\":900,\"reason\":\"missed check-in\"},
    \"activeFrom\":\"$since\",\"punishPast\":true}]}" >/dev/null
say "one check-in a day in Europe/Berlin since $since, or 15 minutes more"

step 'Hand in what the wearer did: check-ins 6, 5 and 3 days ago, and one today'
for days in 6 5 3 0; do
    happened=$(date -u -d "$days days ago" +%Y-%m-%dT%H:%M:%SZ)
    ask POST /v1/proofs "{\"id\":\"checkin-$days-days-ago\",\"sessionId\":\"demo\",
        \"metric\":\"checkin\",\"happenedAt\":\"$happened\"}" >/dev/null
    say "proof checkin-$days-days-ago, happened at $happened"
done
say "the same proof again is no second proof: $(ask POST /v1/proofs "{\"id\":\"checkin-0-days-ago\",
    \"sessionId\":\"demo\",\"metric\":\"checkin\",\"happenedAt\":\"$happened\"}" | jq -c .)"

step 'The daemon judges the week, in the wearer'"'"'s timezone'
await 30 all_judged
show_windows
say "deliveries: $(delivery_counts)"
show_effects
[ "$(effect_count)" = 0 ] || die 'something was sent without a launch token'
say 'No launch token lives, so nothing was sent: the daemon knows what to do and may not do it yet.'

step 'The wearer opens the extension: a launch token lives for ten hours'
before=$(remaining)
say "token usable until $(launch)"
await 30 all_sent
say "deliveries: $(delivery_counts)"
show_effects
say "the lock went from $before s to $(remaining) s"
sent=$(effect_count)
[ "$sent" -gt 0 ] || die 'nothing was sent although a token lives'

step 'A second launch, and a restart of the daemon: nothing goes out twice'
launch_and_wait() { # until the daemon has read the lock session with the new token
    seen=$(context_seen)
    launch >/dev/null
    await 30 context_is_new
}
launch_and_wait
stop_daemon
start_daemon
launch_and_wait
await 30 all_sent
show_effects
[ "$(effect_count)" = "$sent" ] || die 'something was sent twice'
say "still $sent: each proof was submitted once, each missed window punished once."

step 'The status'
ask GET /v1/status | jq . | sed 's/^/   /'

step 'One missed window, explained'
id=$(windows | jq -r '[.items[] | select(.verdict == "missed")][0].id')
ask GET "/v1/windows/$id" | jq . | sed 's/^/   /'

step 'Point it at the real platform'
cat <<'TEXT'
   sudo cmake --install build/release --prefix /usr
   sudo install -D -m 0644 systemd/cadenced.toml /etc/cadenced/cadenced.toml
   sudo install -D -m 0600 YOUR_DEVELOPER_KEY_FILE /etc/cadenced/chastify-key
   sudo systemd-sysusers && sudo systemctl daemon-reload
   sudo systemctl enable --now cadenced

   In the file above, base_url is https://chastify.net and ca_file is left out. Your backend hands in
   launches and proofs as the demo did; README.md shows how.
TEXT
