#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Measures the store against the machine's limits, and prints tables as Markdown:
# scanning a column against memcpy, writing against pwrite, size against Parquet
# and the CSV, opening many partitions, ingesting what is unchanged against
# hashing, verifying against memory bandwidth.
#
#   bench/store.sh [OPTION...]
#
#   --size SIZE       size of each CSV file (default 1G; try 200M first)
#   --runs N          runs of each, of which the median counts (default 5)
#   --tables LIST     of accidents,calls,numbers (default: all)
#   --parts LIST      of size,write,noop,verify,scan,open (default: all)
#   --partitions N    how many the dataset of 'open' has (default 200)
#   --cpus LIST       the cores that everything is bound to (default 0,1); as many
#                     ranks are started where there are several
#   --data DIR        where files go (default $TMPDIR/colonnade-store-bench)
#   --keep            leave the CSV files for the next time
#   --colonnade FILE  the program (default: built in build/release)
#   -o FILE           also write the tables to FILE
#   --help            this text
#
# DuckDB, whose Parquet 'size' is held against, comes from PyPI into bench/.venv;
# where it cannot be had its columns stay empty. Nothing is synced to disk.

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../jobs/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/../jobs/common.sh"

BENCH=$COLONNADE_ROOT/bench
VENV=$BENCH/.venv
PYTHON=$VENV/bin/python

SIZE=1G
RUNS=5
TABLES=accidents,calls,numbers
PARTS=size,write,noop,verify,scan,open
PARTITIONS=200
CPUS=0,1
DATA=${TMPDIR:-/tmp}/colonnade-store-bench
KEEP=no
PROGRAM=
OUTPUT=

parse() {
    while [ $# -gt 0 ]; do
        case $1 in
            --help | -h) print_header "${BASH_SOURCE[0]}" && exit 0 ;;
            --keep) KEEP=yes ;;
            --size | --runs | --tables | --parts | --partitions | --cpus | --data | --colonnade | -o)
                [ $# -gt 1 ] || die 2 "$1 needs a value; --help tells which"
                take "$1" "$2"
                shift
                ;;
            *) die 2 "unknown option '$1'; --help lists them" ;;
        esac
        shift
    done
    SIZE_BYTES=$(numfmt --from=iec "$SIZE" 2>/dev/null) || die 2 "--size is '$SIZE', but must be like 200M or 1G"
    local number
    for number in "$RUNS" "$PARTITIONS"; do
        case $number in '' | *[!0-9]* | 0*) die 2 "'$number' is no number from 1 up" ;; esac
    done
    taskset -c "$CPUS" true 2>/dev/null || die 2 "--cpus is '$CPUS', but these cores may not be used here"
}

take() {
    case $1 in
        --size) SIZE=$2 ;;
        --runs) RUNS=$2 ;;
        --tables) TABLES=$2 ;;
        --parts) PARTS=$2 ;;
        --partitions) PARTITIONS=$2 ;;
        --cpus) CPUS=$2 ;;
        --data) DATA=$2 ;;
        --colonnade) PROGRAM=$2 ;;
        -o) OUTPUT=$2 ;;
    esac
}

words() { tr ',' ' ' <<<"$1"; }

build_tools() {
    local tool
    for tool in make_numbers copy_bytes write_bytes hash_bytes; do
        "${CC:-cc}" -std=c17 -O3 -march=native -o "$WORK/$tool" "$BENCH/$tool.c"
    done
    mkdir -p "$COLONNADE_ROOT/build"
    configure_release off
    cmake --build "$COLONNADE_BUILD" --target colonnade bench_scan_column >"$WORK/build.log" ||
        die 3 "the program could not be built: $(tail -3 "$WORK/build.log")"
    PROGRAM=${PROGRAM:-$COLONNADE_BUILD/colonnade}
    [ -x "$PROGRAM" ] || die 3 "$PROGRAM is not there or cannot be run"
    [ -x "$PYTHON" ] || python3 -m venv "$VENV" || die 3 "python3 -m venv failed: install python3-venv"
    "$PYTHON" -c 'import duckdb' 2>/dev/null ||
        "$PYTHON" -m pip --disable-pip-version-check -q install "$(grep '^duckdb' "$BENCH/requirements.txt")" ||
        warn 'DuckDB could not be installed'
}

dataset_of() {
    case $1 in
        accidents) say traffic_accidents ;;
        calls) say service_requests_311 ;;
        numbers) say numbers ;;
        *) die 2 "--tables knows accidents, calls and numbers, not '$1'" ;;
    esac
}

make_csv() {
    case $1 in
        accidents) "$PROGRAM" generate traffic_accidents --vintage 2019 --size "$SIZE_BYTES" -q -o "$2" >/dev/null ;;
        calls) "$PROGRAM" generate service_requests_311 --vintage 2024 --size "$SIZE_BYTES" -q -o "$2" >/dev/null ;;
        numbers) "$WORK/make_numbers" "$SIZE_BYTES" >"$2" ;;
    esac
}

prepare() {
    local table csv
    for table in $(words "$TABLES"); do
        dataset_of "$table" >/dev/null
        csv=$DATA/$table-$SIZE.csv
        [ -f "$csv" ] || {
            say "making $csv" >&2
            make_csv "$table" "$csv.part"
            mv "$csv.part" "$csv"
            rm -f "$csv.part.meta.json"
        }
    done
}

describe() {
    local source mpi
    source=$(git -C "$COLONNADE_ROOT" describe --always --dirty 2>/dev/null || say unknown)
    mpi=$("$PROGRAM" --version | awk 'NR == 1 { v = $2 } /MPI/ { sub(/ *MPI */, ""); m = $0 } /HDF5/ { h = $2 } END { print v ", " m ", HDF5 " h }')
    say '| measured |  |'
    say '| --- | --- |'
    say "| machine | $(lscpu | sed -n 's/^Model name: *//p'), $(nproc) cores, $(free -g | awk '/^Mem/ { print $2 }') GiB |"
    say "| system | $(. /etc/os-release && say "$PRETTY_NAME"), Linux $(uname -r), $(df --output=fstype "$DATA" | tail -1) |"
    say "| load before | $(cut -d' ' -f1 /proc/loadavg) |"
    say "| each run | cores $CPUS, page cache warm, nobody syncs, median of $RUNS |"
    say "| Colonnade | $mpi, commit $source |"
    say "| DuckDB | $("$PYTHON" -c 'import duckdb; print(duckdb.__version__)' 2>/dev/null || say absent) |"
}

main() {
    parse "$@"
    mkdir -p "$DATA"
    WORK=$(mktemp -d "$DATA/work.XXXXXX")
    trap 'rm -rf "$WORK"; [ $KEEP = yes ] || rm -f "$DATA"/*-"$SIZE".csv; rmdir "$DATA" 2>/dev/null || true' EXIT
    build_tools
    "$PYTHON" "$BENCH/tables.py" "$COLONNADE_ROOT/config.json" "$WORK/config.json" false
    prepare
    set_mpirun "$(words "$CPUS" | wc -w)"
    {
        describe
        taskset -c "$CPUS" "$PYTHON" "$BENCH/store.py" --work "$WORK" --data "$DATA" --size "$SIZE" --runs "$RUNS" \
            --tables "$TABLES" --parts "$PARTS" --partitions "$PARTITIONS" --program "$PROGRAM" \
            --scan "$COLONNADE_BUILD/bench_scan_column" -- "${MPIRUN[@]}"
    } | tee "${OUTPUT:-/dev/null}"
}

main "$@"
