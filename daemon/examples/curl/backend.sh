#!/usr/bin/env bash
# What a backend does for cadenced, once and from the command line, with curl and jq: it hands in a
# launch, verifies a task itself, hands in the proof, and shows the current window. Bash 5.1 or newer
# (its SRANDOM makes codes that nobody can guess). Run it with
#
#   MAIN_TOKEN=… SOCKET=/run/cadenced/cadenced.sock METRIC=checkin bash backend.sh SESSION
#
# MAIN_TOKEN and SESSION are the mainToken and sessionId of the iframe's location.hash. They say which
# opened session this is, and prove nothing: neither who has them nor that anything was done.
# Without MAIN_TOKEN nothing is asked: what was kept is handed in and the window is shown.
#
# The task is a check-in: a code is shown, and must be typed within five minutes; one code, one try.
# A proof lies in SPOOL (./spool) until the daemon has acknowledged it: none is lost, whatever dies.
set -euo pipefail
[ -n "${SRANDOM:-}" ] || {
    echo "bash $BASH_VERSION is too old: 5.1 or newer is needed" >&2
    exit 1
}

session=${1:?usage: MAIN_TOKEN=… bash backend.sh SESSION}
socket=${SOCKET:-/run/cadenced/cadenced.sock}
metric=${METRIC:-checkin}
spool=${SPOOL:-./spool}
retry_seconds=${RETRY_SECONDS:-5}
tries=${TRIES:-12}
code_lives=300

umask 077
mkdir -p "$spool"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# ask METHOD PATH: one call; the body, if any, comes on standard input, so that no token is ever an
# argument that `ps` shows. Sets $status (000: the daemon cannot be reached) and $wait; the answer is in
# $work/answer.
ask() {
    rm -f "$work/headers"
    status=$(curl -sS --max-time 20 --unix-socket "$socket" -X "$1" "http://cadenced$2" \
        -H 'content-type: application/json' --data-binary @- -D "$work/headers" -o "$work/answer" \
        -w '%{http_code}' 2>/dev/null) || true
    wait=$(sed -n 's/^retry-after: *\([0-9]*\).*/\1/Ip' "$work/headers" 2>/dev/null)
    wait=${wait:-$retry_seconds}
}
detail() {
    if [ "$status" = 000 ]; then
        echo "cadenced cannot be reached on $socket"
    else
        jq -r '.detail // .' "$work/answer"
    fi
}
escaped() { jq -rn --arg text "$1" '$text | @uri'; }

hand_in_launch() {
    jq -n '{mainToken: env.MAIN_TOKEN}' >"$work/launch"
    ask POST "/v1/sessions/$(escaped "$session")/launches" <"$work/launch"
    if [ "$status" != 202 ]; then
        echo "the launch was not taken ($status): $(detail)" >&2
        exit 1
    fi
    echo "launched; the token may be used until $(jq -r .expiresAt "$work/answer")"
}

# What only this script knows decides; of the wearer's word only the typed code matters.
verify_task() {
    local code typed=''
    code=$(printf '%06d' $((SRANDOM % 1000000)))
    echo "type this code within $((code_lives / 60)) minutes: $code"
    read -r -t "$code_lives" typed || true
    if [ "$typed" != "$code" ]; then
        echo 'wrong, or too late: no proof' >&2
        exit 1
    fi
}

# A proof is a file before anything else happens to it. Its id never changes, so however often it is
# handed in, it counts once; happenedAt is now, so however late it is handed in, it counts for now.
keep_proof() {
    local id
    id=checkin-$(cat /proc/sys/kernel/random/uuid)
    jq -n --arg id "$id" --arg session "$session" --arg metric "$metric" \
        '{id: $id, sessionId: $session, metric: $metric, happenedAt: (now | todate)}' >"$spool/$id.new"
    sync "$spool/$id.new"
    mv "$spool/$id.new" "$spool/$id.json"
    sync "$spool"
}

# Hands in one kept proof; fails when it should be tried again.
hand_in() {
    ask POST /v1/proofs <"$1"
    case "$status" in
        201) echo "proof taken: $(basename "$1" .json)" ;;
        200) echo "proof known already, and counted once: $(basename "$1" .json)" ;;
        409 | 422) # the same again cannot succeed: a person must look
            echo "proof refused ($status): $(detail); see $1.refused" >&2
            mv "$1" "$1.refused"
            return
            ;;
        *) # 404: not enrolled yet. 503 and the like, 000: the daemon's trouble, it will pass
            echo "proof kept ($status): $(detail)" >&2
            return 1
            ;;
    esac
    rm "$1"
}

hand_in_all() {
    local file left=0
    for file in "$spool"/*.json; do
        [ -e "$file" ] || continue
        hand_in "$file" || left=1
    done
    return "$left"
}

show_window() {
    local now
    now=$(date -u +%Y-%m-%dT%H:%M:%SZ)
    ask GET "/v1/sessions/$(escaped "$session")/windows?metric=$(escaped "$metric")&from=$now&limit=1" </dev/null
    jq -r '.items[0] // empty | "window \(.start) to \(.end): \(.count) of \(.requiredCount), \(.verdict // "open")"' \
        "$work/answer"
}

if [ -n "${MAIN_TOKEN:-}" ]; then
    hand_in_launch
    verify_task
    keep_proof
fi
until hand_in_all; do
    tries=$((tries - 1))
    if [ "$tries" -le 0 ]; then
        echo "giving up for now; run this again to hand in what is kept in $spool" >&2
        exit 1
    fi
    sleep "$wait"
done
show_window
