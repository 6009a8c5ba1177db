#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Measures transfers side by side: one large file from nginx on this machine to
# disk, by `colonnade fetch` and by curl, in turn, several times; prints medians
# as Markdown.
#
#   bench/transfer.sh [OPTION...]
#
# Whole processes are timed until the file is synced: fetch syncs what it
# fetched and computes its SHA-256, behind curl stands `sync`. The row "curl,
# sha256sum" does all of the work that fetch does.
#
#   --size SIZE       of the file, as dd takes it (default 2G)
#   --runs N          timed runs of each, behind a warm-up (default 5)
#   --no-sync         curl's files are not synced
#   --data DIR        where files go (default $TMPDIR/colonnade-transfer): twice the size
#   --colonnade FILE  the program (default: that of build/release)
#   -o FILE           also write the table to FILE
#   --help            this text

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../jobs/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/../jobs/common.sh"
PATH=$PATH:/usr/sbin:/sbin

SIZE=2G
RUNS=5
SYNC=yes
DATA=${TMPDIR:-/tmp}/colonnade-transfer
PROGRAM=$COLONNADE_BUILD/colonnade
OUTPUT=/dev/null
while [ $# -gt 0 ]; do
    case $1 in
        --help | -h) print_header "${BASH_SOURCE[0]}" && exit 0 ;;
        --no-sync) SYNC=no && shift && continue ;;
        --size) SIZE=${2:-} ;;
        --runs) RUNS=${2:-} ;;
        --data) DATA=${2:-} ;;
        --colonnade) PROGRAM=${2:-} ;;
        -o) OUTPUT=${2:-} ;;
        *) die 2 "unknown option '$1'; --help lists them" ;;
    esac
    [ $# -ge 2 ] || die 2 "$1 needs a value"
    shift 2
done
for command in nginx curl python3; do have $command || die 3 "$command was not found"; done
[ -x "$PROGRAM" ] || die 2 "there is no program $PROGRAM; build it, or use --colonnade"
PROGRAM=$(cd "$(dirname "$PROGRAM")" && pwd)/${PROGRAM##*/}
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 no_proxy=127.0.0.1

mkdir -p "$DATA/published"
cd "$DATA"
NGINX=
stop() {
    [ -z "$NGINX" ] || kill "$NGINX" 2>/dev/null || true
    rm -rf "${DATA:?}/published" "${DATA:?}/staging" "${DATA:?}/copy.csv" "${DATA:?}"/nginx* "${DATA:?}/config.json"
}
trap stop EXIT

printf 'a\n' >published/large.csv
dd if=/dev/urandom of=published/large.csv bs=1M count="$SIZE" iflag=count_bytes oflag=append conv=notrunc status=none
sync
PORT=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
{
    printf 'daemon off; worker_processes 1; pid %s/nginx.pid; error_log %s/nginx.log;\n' "$DATA" "$DATA"
    [ "$(id -u)" != 0 ] || echo 'user root;'
    printf 'events { }\nhttp { access_log off; sendfile on; tcp_nopush on;\n'
    printf '%s_temp_path %s/nginx-temp;\n' client_body "$DATA" proxy "$DATA" fastcgi "$DATA" uwsgi "$DATA" scgi "$DATA"
    printf 'server { listen 127.0.0.1:%d; root %s/published; } }\n' "$PORT" "$DATA"
} >nginx.conf
nginx -e "$DATA/nginx.log" -p "$DATA" -c "$DATA/nginx.conf" &
NGINX=$!
for ((i = 0; i < 200; i++)); do [ -s nginx.pid ] || sleep 0.05; done
URL=http://127.0.0.1:$PORT/large.csv

# run_curl, run_curl_hashed, run_fetch CONNECTIONS: what is measured.
synced() { [ $SYNC = no ] || sync copy.csv; }
run_curl() { curl -sSf -o copy.csv "$URL" && synced; }
run_curl_hashed() { run_curl && sha256sum copy.csv >/dev/null; }
run_fetch() {
    printf '{"fetch": {"connections": %d}, "datasets": {"d": {"columns": [{"name": "a"}], "sources": [{"name": "large", "url": "%s"}]}}}' \
        "$1" "$URL" >config.json
    "$PROGRAM" fetch d --staging staging --quiet >/dev/null
}

# Sets MILLISECONDS and PEAK (KiB) of one run.
measure() {
    rm -rf staging copy.csv
    local out
    out=$(python3 - "$1" <<'PYTHON'
import resource, subprocess, sys, time
started = time.monotonic()
subprocess.run(['bash', '-c', sys.argv[1]], check=True)
print(round(1000 * (time.monotonic() - started)), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
PYTHON
    )
    read -r MILLISECONDS PEAK <<<"$out"
}
export -f run_curl run_curl_hashed run_fetch synced
export PROGRAM URL SYNC

names=('curl -o' 'curl -o, sha256sum' 'fetch, 1 connection' 'fetch, 4 connections')
commands=(run_curl run_curl_hashed 'run_fetch 1' 'run_fetch 4')
: >nginx.times
for ((run = 0; run <= RUNS; run++)); do
    for i in "${!commands[@]}"; do
        measure "${commands[$i]}"
        [ $run = 0 ] || printf '%d %d %d\n' "$i" "$MILLISECONDS" "$PEAK" >>nginx.times
    done
done
bytes=$(stat -c %s published/large.csv)
{
    printf '| %d bytes to disk, medians of %d runs | s | MB/s | of curl | peak memory, MB |\n|---|---|---|---|---|\n' "$bytes" "$RUNS"
    curl_median=
    for i in "${!names[@]}"; do
        median=$(awk -v i="$i" '$1 == i { print $2 }' nginx.times | sort -n | awk '{ a[NR] = $1 } END { print a[int((NR + 1) / 2)] }')
        peak=$(awk -v i="$i" '$1 == i && $3 > peak { peak = $3 } END { print peak }' nginx.times)
        curl_median=${curl_median:-$median}
        awk -v name="${names[$i]}" -v ms="$median" -v curl="$curl_median" -v bytes="$bytes" -v peak="$peak" 'BEGIN {
            printf "| %s | %.2f | %.0f | %.0f %% | %.0f |\n", name, ms / 1000, bytes / ms / 1000, 100 * curl / ms, peak * 1.024 / 1000 }'
    done
} | tee "$OUTPUT"
