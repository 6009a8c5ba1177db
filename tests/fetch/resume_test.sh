#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# fetch that is killed in the middle: the next run transfers what is missing,
# as the server counts it, and never joins two versions of a file.

set -euo pipefail
# shellcheck source=servers.sh
. "$COLONNADE_SOURCE/tests/fetch/servers.sh"

# shellcheck disable=SC2317 # start_nginx calls it
web() {
    free_port
    printf 'server { listen 127.0.0.1:%d; root %s/published; limit_rate 600k; }\n' "$PORT" "$1"
}
start_nginx web web
base=http://127.0.0.1:$PORT
published=web/published/a.csv
numbers 2000000 1 >$published
touch -d '2026-01-01' $published
size=2000000
partial=staging/calls/.a.csv.1.part

# done_bytes: what the state says is there.
done_bytes() {
    tail -c +16385 "$partial.state" 2>/dev/null | awk '{ sum += $1 } END { print sum + 0 }'
}

# kill_at BYTES: a fetch that is killed when that many are there; DONE are then.
# On a busy machine it may end before, and is begun again.
kill_at() {
    local i attempt fetching
    for ((attempt = 0; attempt < 10; attempt++)); do
        "$COLONNADE" fetch calls --staging staging --date "$DAY" >out 2>err &
        fetching=$!
        for ((i = 0; i < 3000; i++)); do
            [ "$(done_bytes)" -lt "$1" ] || break
            kill -0 $fetching 2>/dev/null || break
            sleep 0.02
        done
        kill -KILL $fetching 2>/dev/null || true
        wait $fetching 2>/dev/null || true
        DONE=$(done_bytes)
        : >web/requests
        [ "$DONE" -lt "$1" ] || return 0
        rm -r staging
    done
    fail "the fetch was never killed with $1 bytes: $(cat err)"
}

# sent: bytes of bodies since the kill. The log is written when an answer has ended.
sent() {
    awk '{ sum += $4 } END { print sum + 0 }' web/requests
}

# resumes_with BYTES: the next run transfers so many.
resumes_with() {
    fetch 0 ''
    says out "calls,a,new,$size,$1,"
    arrived a $published
    no_partials
    for ((i = 0; i < 100; i++)); do [ "$(sent)" -lt "$1" ] || break; sleep 0.05; done
    CHECKS_DONE=$((CHECKS_DONE + 1))
    [ "$(sent)" = "$1" ] || fail "the server sent $(sent) bytes, not $1: $(cat web/requests)"
    rm -r staging
}

for setting in '"connections": 1' '"connections": 1, "part_size": 262144' '"connections": 3, "part_size": 262144'; do
    configure "$setting" "a=$base/a.csv"
    kill_at 400000
    resumes_with $((size - DONE))
done

# Killed, and gone on with on another day.
kill_at 400000
DAY=2026-01-03
resumes_with $((size - DONE))

# What was left cannot be relied on: it begins anew.
for damage in boot cut address state; do
    configure '"connections": 3, "part_size": 262144' "a=$base/a.csv"
    kill_at 400000
    case $damage in
        boot) sed -i 's/"boot":"......../"boot":"00000000/' $partial.state ;;
        cut) truncate -s 100000 $partial ;;
        address) configure '"connections": 3, "part_size": 262144' "a=$base/./a.csv?x" ;;
        state) printf 'x' | dd of=$partial.state bs=1 seek=16390 conv=notrunc status=none ;;
    esac
    resumes_with $size
done

# The file changed in between, though its length did not.
configure '"connections": 3, "part_size": 262144' "a=$base/a.csv"
kill_at 400000
numbers 2000000 2 >$published
touch -d '2026-01-02' $published
fetch 0 ''
arrived a $published
no_partials
rm -r staging

# Begins a fetch and returns when 300,000 bytes are here; 'fetching' is it.
fetch_in_background() {
    "$COLONNADE" fetch calls --staging staging --date "$DAY" >out 2>err &
    fetching=$!
    for ((i = 0; i < 3000; i++)); do
        [ "$(done_bytes)" -lt 300000 ] || break
        sleep 0.02
    done
}

# It changes while it comes: nginx goes on with what it has opened, and new parts are refused.
fetch_in_background
numbers 2000000 3 >web/published/new.csv
touch -d '2026-01-04' web/published/new.csv
mv web/published/new.csv $published
wait $fetching || fail "the fetch failed: $(cat err)"
arrived a $published
no_partials

# Interrupted by hand it keeps what it has, too.
rm -r staging
fetch_in_background
kill -TERM $fetching
wait $fetching || true
DONE=$(done_bytes)
: >web/requests
resumes_with $((size - DONE))
finish
