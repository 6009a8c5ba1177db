#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# fetch of a file of 400 MB, by parts and in one stream: memory does not grow with it.

set -euo pipefail
# shellcheck source=servers.sh
. "$COLONNADE_SOURCE/tests/fetch/servers.sh"
limit_kib=98304
[ -z "${COLONNADE_TEST_BRIEF:-}" ] || limit_kib=262144 # sanitizers take memory of their own

# shellcheck disable=SC2317 # start_nginx calls it
web() {
    free_port
    printf 'server { listen 127.0.0.1:%d; root %s/published; sendfile on; }\n' "$PORT" "$1"
}
start_nginx web web
size=400000000
printf 'a\n' >web/published/a.csv
truncate -s $size web/published/a.csv

for setting in '"part_size": 8388608' '"part_size": "1T"'; do
    configure "$setting" "a=http://127.0.0.1:$PORT/a.csv"
    rm -rf staging
    CHECKS_DONE=$((CHECKS_DONE + 1))
    peak_kib=$(python3 -c 'import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)' \
        "$COLONNADE" fetch calls --staging staging --date "$DAY")
    printf '%s: at most %d KiB\n' "$setting" "$peak_kib"
    [ "$peak_kib" -lt $limit_kib ] || fail "$peak_kib KiB at the most"
    [ "$(stat -c %s "staging/calls/$DAY/a.csv")" = $size ] || fail 'the file has another size'
done
finish
