#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Measures streaming into object storage: one large file from a server on this
# machine into the OpenStack Swift of the tests, by `colonnade fetch --to`, and
# by AWS's command line as `curl | aws s3 cp -`; prints seconds, MB/s and the
# peak of anonymous memory as Markdown. All of it shares this machine's cores.
#
#   bench/s3.sh [OPTION...]
#
#   --size SIZE       of the file, as truncate takes it (default 2G)
#   --runs N          runs of each, in turn (default 3); the median is printed
#   --data DIR        where everything goes (default $TMPDIR/colonnade-s3): four times the size
#   --colonnade FILE  the program (default: that of build/release)
#   --help            this text

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../jobs/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/../jobs/common.sh"
# shellcheck source=../tests/s3/server.sh
. "$COLONNADE_ROOT/tests/s3/server.sh"

SIZE=2G
RUNS=3
DATA=${TMPDIR:-/tmp}/colonnade-s3
PROGRAM=$COLONNADE_BUILD/colonnade
while [ $# -gt 0 ]; do
    case $1 in
        --help | -h) print_header "${BASH_SOURCE[0]}" && exit 0 ;;
        --size) SIZE=${2:-} ;;
        --runs) RUNS=${2:-} ;;
        --data) DATA=${2:-} ;;
        --colonnade) PROGRAM=${2:-} ;;
        *) die 2 "unknown option '$1'; --help lists them" ;;
    esac
    shift 2 || die 2 "an option lacks its value"
done
[ -x "$PROGRAM" ] || die 2 "there is no program $PROGRAM; build it first"
[ -z "$(s3_missing)" ] || die 3 "missing: $(s3_missing); jobs/install.sh --s3 installs it"

mkdir -p "$DATA/source"
cd "$DATA"
finish() {
    kill "${server:-0}" 2>/dev/null || true
    s3_stop "$DATA/swift"
    rm -rf "$DATA/swift" "$DATA/source"
}
trap finish EXIT
openssl enc -aes-128-ctr -pass pass:colonnade -nosalt -in /dev/zero 2>/dev/null |
    head -c "$(numfmt --from=iec "$SIZE")" >source/file.csv || true
bytes=$(stat -c %s source/file.csv)
port=$(s3_free_ports 1)
python3 -m http.server --bind 127.0.0.1 --directory source "$port" >/dev/null 2>&1 &
server=$!
s3_start "$DATA/swift"
s3_aws s3 mb s3://colonnade-bench >/dev/null
URL=http://127.0.0.1:$port/file.csv
printf '{"datasets": {"calls": {"columns": [{"name": "a"}], "sources": [{"name": "f", "url": "%s"}]}}}\n' "$URL" >config.json

stream_colonnade() { exec "$PROGRAM" fetch calls --config config.json --to "s3://colonnade-bench/c$1" >/dev/null 2>&1; }
stream_aws() {
    curl -sS "$URL" | PATH=/usr/bin:/bin AWS_PAGER='' AWS_REQUEST_CHECKSUM_CALCULATION=when_required \
        exec /usr/bin/aws --endpoint-url "$S3_ENDPOINT" s3 cp --expected-size "$bytes" - "s3://colonnade-bench/a$1" >/dev/null
}

# RssAnon of a process and its children, in KiB
memory_of() {
    local pid
    for pid in "$1" $(pgrep -P "$1" || true); do
        awk '/^RssAnon/ { print $2 }' "/proc/$pid/status" 2>/dev/null || true
    done | awk '{ sum += $1 } END { print sum + 0 }'
}

# measure WHO RUN: "seconds peak"
measure() {
    local begin end peak=0 now
    begin=$(date +%s%N)
    "stream_$1" "$2" &
    local pid=$!
    while kill -0 $pid 2>/dev/null; do
        now=$(memory_of $pid)
        if [ "$now" -gt "$peak" ]; then peak=$now; fi
        sleep .1
    done
    wait $pid
    end=$(date +%s%N)
    s3_aws s3 rm --recursive s3://colonnade-bench >/dev/null
    printf '%s %s\n' "$(((end - begin) / 1000000))" "$peak"
}

for run in $(seq "$RUNS"); do
    measure colonnade "$run" >>colonnade.txt
    measure aws "$run" >>aws.txt
done
printf '| stream of %s into Swift | s | MB/s | peak of RssAnon, MiB |\n|---|---|---|---|\n' "$SIZE"
for who in colonnade aws; do
    sort -n "$who.txt" | awk -v who="$who" -v bytes="$bytes" '
        { ms[NR] = $1; if ($2 > peak) peak = $2 }
        END { m = ms[int((NR + 1) / 2)]; printf "| %s | %.1f | %.0f | %.0f |\n", who, m / 1000, bytes / m / 1000, peak / 1024 }'
    rm "$who.txt"
done
