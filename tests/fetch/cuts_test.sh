#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# fetch over connections that are cut at random places, 200 times and more: no
# wrong byte ever stands under the final name, nearly all files arrive with the
# default number of retries, the others are told of, and come with the next run.

set -euo pipefail
# shellcheck source=servers.sh
. "$COLONNADE_SOURCE/tests/fetch/servers.sh"

# shellcheck disable=SC2317 # start_nginx calls it
web() {
    free_port
    printf 'server { listen 127.0.0.1:%d; root %s/published; keepalive_requests 5; }\n' "$PORT" "$1"
}
start_nginx web web
start_python proxy cut_proxy.py "$PORT" 20260102 60000
base=http://127.0.0.1:$PORT

sources=()
for ((i = 1; i <= 30; i++)); do
    numbers $((1000 + i * i * 400)) $i >web/published/f$i.csv
    touch -d '2026-01-01' web/published/f$i.csv
    sources+=("f$i=$base/f$i.csv")
done
configure '"part_size": 32768' "${sources[@]}"

# check_staged: what has its final name has its bytes, and its origin.
check_staged() {
    local file
    for file in staging/calls/"$DAY"/*.csv; do
        [ -e "$file" ] || continue
        same "web/published/${file##*/}" "$file" "$file"
        [ -e "$file.meta.json" ] || fail "$file has no origin"
    done
}

cuts() {
    wc -l <proxy/cuts
}

files=0 right=0 rounds=0
while [ "$(cuts)" -lt 220 ] || [ $rounds -lt 3 ]; do
    rounds=$((rounds + 1))
    [ $rounds -le 40 ] || fail "only $(cuts) cuts in $rounds rounds"
    [ $rounds -le 40 ] || break
    rm -rf staging
    status=0
    launch 1 fetch calls --staging staging --date $DAY --format csv >out 2>err || status=$?
    arrived_now=$(grep -c ',new,' out || true)
    files=$((files + 30))
    right=$((right + arrived_now))
    check_staged
    if [ "$arrived_now" != 30 ]; then
        [ $status = 3 ] || fail "$arrived_now of 30 files, and exit status $status"
        says err 'tries)'
    fi
    for ((again = 0; again < 5 && arrived_now < 30; again++)); do
        launch 1 fetch calls --staging staging --date $DAY --format csv >out 2>err || true
        check_staged
        arrived_now=$(grep -c -E ',(new|unchanged),' out || true)
    done
    [ "$arrived_now" = 30 ] || fail "the next runs bring $arrived_now of 30 files: $(cat err)"
    no_partials
done
printf '%d cuts, %d rounds: %d of %d files right at once\n' "$(cuts)" $rounds $right $files
CHECKS_DONE=$((CHECKS_DONE + 1))
[ $((right * 100)) -ge $((files * 95)) ] || fail "only $right of $files files came with the default retries"
grep -q reset proxy/cuts || fail 'no connection was reset'
finish
