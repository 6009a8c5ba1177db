#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Measures what ingest does with files beyond the machine's caches: its memory,
# how often it reads the file, and how close it comes to the disk.
#
#   bench/large.sh [OPTION...]
#
#   --size SIZE       the large file (default 20G; three times as much must be free)
#   --small SIZE      the small one, and that of 40 columns of texts (default 2G)
#   --runs N          cold runs of each kind (default 3)
#   --cpus LIST       the cores that are used (default 0,1); as many ranks
#   --data DIR        where files go (default $TMPDIR/colonnade-bench)
#   --colonnade FILE  the program (default: built in build/release)
#   --help            this text
#
# A cold run begins with nothing of the file in memory, which takes root: the
# kernel drops its caches. Sequential reading is `dd` with blocks of 8 MiB in
# the same state, in turn with the ingests. Prints two tables as Markdown.

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../jobs/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/../jobs/common.sh"

BENCH=$COLONNADE_ROOT/bench
SIZE=20G SMALL=2G RUNS=3 CPUS=0,1 DATA=${TMPDIR:-/tmp}/colonnade-bench PROGRAM=''

parse() {
    while [ $# -gt 0 ]; do
        case $1 in
            --help | -h) print_header "${BASH_SOURCE[0]}" && exit 0 ;;
            --size | --small | --runs | --cpus | --data | --colonnade)
                [ $# -gt 1 ] || die 2 "$1 needs a value; --help tells which"
                case $1 in
                    --size) SIZE=$2 ;;
                    --small) SMALL=$2 ;;
                    --runs) RUNS=$2 ;;
                    --cpus) CPUS=$2 ;;
                    --data) DATA=$2 ;;
                    --colonnade) PROGRAM=$2 ;;
                esac
                shift
                ;;
            *) die 2 "unknown option '$1'; --help lists them" ;;
        esac
        shift
    done
    RANKS=$(tr ',' '\n' <<<"$CPUS" | wc -l)
}

prepare() {
    local have_kib need_bytes
    mkdir -p "$DATA"
    need_bytes=$((3 * $(numfmt --from=iec "$SIZE")))
    have_kib=$(df --output=avail -k "$DATA" | tail -1)
    [ $((have_kib * 1024)) -gt $need_bytes ] || die 3 "$DATA needs $((need_bytes >> 30)) GiB of free space; see --size and --data"
    WORK=$(mktemp -d "$DATA/large.XXXXXX")
    trap 'rm -rf "$WORK"; rmdir "$DATA" 2>/dev/null || true' EXIT
    if [ -z "$PROGRAM" ]; then
        build_release off
        PROGRAM=$COLONNADE_BUILD/colonnade
    fi
    set_mpirun "$RANKS"
    "${CC:-cc}" -std=c17 -O3 -o "$WORK/make_texts" "$BENCH/make_texts.c"
    sed 's/"fsync": true/"fsync": false/' "$COLONNADE_ROOT/config.json" >"$WORK/config.json"
}

# accidents NAME SIZE
accidents() {
    "${MPIRUN[@]}" "$PROGRAM" generate traffic_accidents --vintage 2019 --size "$2" --quiet -o "$WORK/$1.csv" >/dev/null
}

drop_caches() { sync && echo 3 >/proc/sys/vm/drop_caches; }

# measure NAME OPTION... -- COMMAND...
measure() {
    local name=$1
    shift
    python3 "$BENCH/measure.py" --cpus "$CPUS" --into "$WORK/runs" --log "$WORK/log" --tag name="$name" "$@" ||
        die 4 "$name failed: $(tail -1 "$WORK/log")"
}

# ingest NAME FILE MEMORY MEASURE-OPTION...
ingest() {
    local name=$1 file=$2 memory=$3
    shift 3
    local -a how=(traffic_accidents)
    case $file in texts) how=(texts --schema auto) ;; esac
    rm -rf "$WORK/store"
    sync -f "$WORK"
    measure "$name" --tag size="$(stat -c %s "$WORK/$file.csv")" "$@" -- "${MPIRUN[@]}" "$PROGRAM" ingest "${how[0]}" \
        "$WORK/$file.csv" "${how[@]:1}" --memory "$memory" --store "$WORK/store" --scratch "$WORK" --config "$WORK/config.json" --quiet
    rm -rf "$WORK/store"
}

measure_memory() {
    local file memory
    for file in small texts large; do
        for memory in 256M 64M; do ingest "memory of $file, --memory $memory" "$file" "$memory" --sample; done
    done
}

measure_cold() {
    local run size
    size=$(stat -c %s "$WORK/large.csv")
    if [ ! -w /proc/sys/vm/drop_caches ]; then
        warn "cold runs are left out: only root can drop the kernel's caches"
        return
    fi
    for ((run = 0; run < RUNS; run++)); do
        drop_caches
        measure "cold: dd" --tag size="$size" -- dd if="$WORK/large.csv" of=/dev/null bs=8M
        drop_caches
        ingest "cold: ingest" large 256M
    done
    for ((run = 0; run < RUNS; run++)); do
        cat "$WORK/small.csv" >/dev/null
        ingest "warm: ingest of the small file" small 256M
    done
}

tables() {
    python3 - "$WORK/runs" <<'PYTHON'
import json, statistics, sys

runs = {}
for line in map(json.loads, open(sys.argv[1], encoding="utf-8")):
    runs.setdefault(line["name"], []).append(line)
print("| ingest of | GB | --memory | MiB a rank at most | s |")
print("| --- | ---: | --- | ---: | ---: |")
for name, lines in runs.items():
    if name.startswith("memory of "):
        what, memory = name.removeprefix("memory of ").split(", --memory ")
        line = lines[0]
        print(f"| {what} | {int(line['size']) / 1e9:.2f} | {memory} | {line['memory_process'] / 2**20:.0f} | {line['wall']:.1f} |")
print()
print("| run | s, median | min–max | GB/s | read from storage / file size | asked for / file size |")
print("| --- | ---: | ---: | ---: | ---: | ---: |")
for name, lines in runs.items():
    if not name.startswith("memory of "):
        wall = [line["wall"] for line in lines]
        size = int(lines[0]["size"])
        stored, asked = (statistics.median(line[key] for line in lines) / size for key in ("read_bytes", "rchar"))
        middle = statistics.median(wall)
        print(f"| {name} | {middle:.2f} | {min(wall):.2f}–{max(wall):.2f} | {size / middle / 1e9:.2f} | {stored:.3f} | {asked:.3f} |")
PYTHON
}

main() {
    parse "$@"
    prepare
    accidents small "$SMALL"
    "$WORK/make_texts" "$(numfmt --from=iec "$SMALL")" >"$WORK/texts.csv"
    accidents large "$SIZE"
    measure_memory
    measure_cold
    tables
}

main "$@"
