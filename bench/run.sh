#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Measures Colonnade and its peers side by side: the same CSV files, the same
# cores, in turn, several times; prints medians and ratios as Markdown.
#
#   bench/run.sh [OPTION...]
#
# The work: a CSV file, in the page cache, becomes a columnar file on disk with
# every column typed. Whole processes are timed. Every answer is compared with
# that of Python's csv module before its time counts.
#
#   --size SIZE       size of each CSV file (default 2G; try 200M first)
#   --runs N          timed runs of each, behind a warm-up (default 5)
#   --tables LIST     of accidents,calls,calls-utf8,numbers (default: all)
#   --peers LIST      of duckdb,polars,pandas,pyarrow,clickhouse,spark (default:
#                     all; 'none' for Colonnade and the limits alone)
#   --cpus LIST       the cores that everyone is bound to (default 0,1); as many
#                     ranks and threads are started
#   --sync            everyone syncs the result to disk before the clock stops
#                     (default: nobody does)
#   --profile         also tell where Colonnade's time goes, phase by phase
#   --data DIR        where files go (default $TMPDIR/colonnade-bench)
#   --keep            leave the CSV files and their answers for the next time,
#                     and every single run in runs.jsonl
#   --colonnade FILE  the program (default: built in build/release)
#   -o FILE           also write the tables to FILE
#   --help            this text
#
# The peers come from PyPI into bench/.venv; Spark needs Java. A peer that is
# not there is listed as absent.

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../jobs/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/../jobs/common.sh"

BENCH=$COLONNADE_ROOT/bench
VENV=$BENCH/.venv
PYTHON=$VENV/bin/python

SIZE=2G
RUNS=5
TABLES=accidents,calls,calls-utf8,numbers
PEERS=duckdb,polars,pandas,pyarrow,clickhouse,spark
CPUS=0,1
SYNC=false
PROFILE=no
DATA=${TMPDIR:-/tmp}/colonnade-bench
KEEP=no
PROGRAM='' BUILT=no
OUTPUT=

parse() {
    while [ $# -gt 0 ]; do
        case $1 in
            --help | -h) print_header "${BASH_SOURCE[0]}" && exit 0 ;;
            --sync) SYNC=true ;;
            --keep) KEEP=yes ;;
            --profile) PROFILE=yes ;;
            --size | --runs | --tables | --peers | --cpus | --data | --colonnade | -o)
                [ $# -gt 1 ] || die 2 "$1 needs a value; --help tells which"
                take "$1" "$2"
                shift
                ;;
            *) die 2 "unknown option '$1'; --help lists them" ;;
        esac
        shift
    done
    SIZE_BYTES=$(numfmt --from=iec "$SIZE" 2>/dev/null) || die 2 "--size is '$SIZE', but must be like 200M or 2G"
    case $RUNS in '' | *[!0-9]* | 0*) die 2 "--runs is '$RUNS', but must be a number from 1 up" ;; esac
    THREADS=$(tr ',' '\n' <<<"$CPUS" | wc -l)
    local cpu
    for cpu in $(words "$CPUS"); do
        taskset -c "$cpu" true 2>/dev/null || die 2 "--cpus is '$CPUS', but core '$cpu' is not one that may be used here"
    done
}

take() {
    case $1 in
        --size) SIZE=$2 ;;
        --runs) RUNS=$2 ;;
        --tables) TABLES=$2 ;;
        --peers) PEERS=$2 ;;
        --cpus) CPUS=$2 ;;
        --data) DATA=$2 ;;
        --colonnade) PROGRAM=$2 ;;
        -o) OUTPUT=$2 ;;
    esac
}

words() { tr ',' ' ' <<<"$1"; }

# --- what is needed ----------------------------------------------------------

# Package by package, so that one that cannot be had does not keep the others away.
install_peers() {
    local package
    [ -x "$PYTHON" ] || python3 -m venv "$VENV" || die 3 "python3 -m venv failed: install python3-venv"
    while IFS= read -r package; do
        case $package in '' | '#'*) continue ;; esac
        "$PYTHON" -m pip --disable-pip-version-check -q show "$package" >/dev/null 2>&1 ||
            "$PYTHON" -m pip --disable-pip-version-check -q install "$package" ||
            warn "$package could not be installed"
    done <"$BENCH/requirements.txt"
    "$PYTHON" -c 'import h5py, numpy, pandas, pyarrow' ||
        die 3 "h5py, numpy, pandas and pyarrow are needed to compare answers"
}

build_tools() {
    local tool
    for tool in make_numbers copy_bytes; do
        "${CC:-cc}" -std=c17 -O3 -o "$WORK/$tool" "$BENCH/$tool.c"
    done
    if [ -z "$PROGRAM" ]; then
        build_release off
        PROGRAM=$COLONNADE_BUILD/colonnade BUILT=yes
    fi
    [ -x "$PROGRAM" ] || die 3 "$PROGRAM is not there or cannot be run"
    set_mpirun "$THREADS"
}

# The file, once more while it is recoded, a result and one that is being written.
check_space() {
    local free
    free=$(df --output=avail -B1 "$DATA" | tail -1)
    [ "$free" -gt $((4 * SIZE_BYTES + (1 << 30))) ] ||
        die 3 "$DATA has $(numfmt --to=iec "$free") free, but 4 × $SIZE + 1G is needed; name another --data, or a smaller --size"
}

# --- what was found out, as JSON lines ---------------------------------------

# about WHAT KEY=VALUE... (texts; numbers as KEY:=VALUE)
about() {
    python3 - "$@" >>"$RESULTS" <<'PY'
import json, re, sys
line = {"about": sys.argv[1]}
for pair in sys.argv[2:]:
    key, colon, value = re.match(r"(?s)(\w+)(:?)=(.*)", pair).groups()
    line[key] = int(value) if colon else value
print(json.dumps(line))
PY
}

fact() { about bench key="$1" value="$2"; }

version_of() {
    local package=$1
    "$PYTHON" -c "import importlib.metadata as m; print(m.version('$package'))" 2>/dev/null || say absent
}

describe() {
    local source syncing="everyone syncs the result"
    source=$(git -C "$COLONNADE_ROOT" describe --always --dirty 2>/dev/null || say unknown)
    [ $BUILT = yes ] || source="a program that was given"
    fact machine "$(lscpu | sed -n 's/^Model name: *//p'), $(lscpu | sed -n 's/^L3 cache: *//p' | head -1) L3, $(nproc) cores, $(free -g | awk '/^Mem/ { print $2 }') GiB"
    fact "cores used" "$CPUS: $THREADS ranks against $THREADS threads"
    fact system "$(. /etc/os-release && say "$PRETTY_NAME"), Linux $(uname -r), $(df --output=fstype "$DATA" | tail -1)"
    fact "load before" "$(cut -d' ' -f1 /proc/loadavg)"
    [ $SYNC = true ] || syncing="nobody syncs"
    fact "each run" "page cache warm, $syncing, median of $RUNS"
    fact Colonnade "$("$PROGRAM" --version | awk 'NR == 1 { v = $2 } /MPI/ { sub(/ *MPI */, ""); m = $0 } /HDF5/ { h = $2 } END { print v ", " m ", HDF5 " h }'), $source"
    fact DuckDB "$(version_of duckdb)"
    fact Polars "$(version_of polars)"
    fact "pandas, PyArrow" "$(version_of pandas), $(version_of pyarrow)"
    fact "ClickHouse (chdb)" "$(version_of chdb-core)"
    fact "Spark, Java" "$(version_of pyspark), $(java -version 2>&1 | awk -F'"' 'NR == 1 { print $2 }')"
}

# --- data --------------------------------------------------------------------

dataset_of() {
    case $1 in
        accidents) say traffic_accidents ;;
        calls | calls-utf8) say service_requests_311 ;;
        numbers) say numbers ;;
        *) die 2 "--tables knows accidents, calls, calls-utf8 and numbers, not '$1'" ;;
    esac
}

generate() {
    local dataset=$1 vintage=$2 file=$3
    "${MPIRUN[@]}" "$PROGRAM" generate "$dataset" --vintage "$vintage" --size "$SIZE_BYTES" --quiet -o "$file" >/dev/null
}

# The calls of 2024 are in Windows-1252, which some peers cannot read; the same
# calls in UTF-8 show how they do where they can.
make_csv() {
    local table=$1 file=$2
    case $table in
        accidents) generate traffic_accidents 2019 "$file" ;;
        calls) generate service_requests_311 2024 "$file" ;;
        calls-utf8)
            generate service_requests_311 2024 "$file.1252"
            iconv -f WINDOWS-1252 -t UTF-8 "$file.1252" >"$file"
            rm -f "$file.1252" "$file.1252.meta.json"
            ;;
        numbers) "$WORK/make_numbers" "$SIZE_BYTES" >"$file" ;;
    esac
}

# Makes the CSV file of a table and the answer to it, or keeps those of last time.
prepare() {
    local table=$1
    CSV=$DATA/$table-$SIZE.csv
    ANSWER=$DATA/$table-$SIZE.answer.json
    if [ ! -f "$CSV" ]; then
        say "making $CSV"
        make_csv "$table" "$CSV.part"
        mv "$CSV.part" "$CSV"
        rm -f "$ANSWER" "$CSV.part.meta.json"
    fi
    if [ ! -f "$ANSWER" ]; then
        say "reading it with Python's csv module"
        check reference "$table" >"$WORK/said"
    fi
    cat "$CSV" >/dev/null
    about table table="$table" size_bytes:="$(stat -c %s "$CSV")" \
        rows:="$("$PYTHON" -c "import json; print(json.load(open('$ANSWER'))['rows'])")" \
        columns:="$("$PYTHON" -c "import json; print(len(json.load(open('$ANSWER'))['columns']))")"
}

# check reference|compare TABLE [KIND RESULT [--quick]]
check() {
    local mode=$1 table=$2
    shift 2
    "$PYTHON" "$BENCH/check.py" "$mode" "$CONFIG" "$table" "$CSV" "$ANSWER" "$@"
}

# --- runs --------------------------------------------------------------------

# measure ENGINE TABLE PHASE MEASURE-OPTION... -- COMMAND...
measure() {
    local engine=$1 table=$2 phase=$3
    shift 3
    python3 "$BENCH/measure.py" --cpus "$CPUS" --into "$RESULTS" --log "$WORK/log" \
        --tag engine="$engine" --tag table="$table" --tag phase="$phase" "$@"
}

# Sets COMMAND, KIND and RESULT for an engine: Colonnade, "Colonnade, 1 rank",
# or PEER/COMPRESSION.
set_command() {
    local engine=$1 table=$2
    local -a sync=()
    case $engine in
        Colonnade*)
            KIND=store RESULT=$WORK/store
            COMMAND=("${MPIRUN[@]}")
            [ "$engine" = Colonnade ] || COMMAND=("${MPIRUN[@]:0:${#MPIRUN[@]}-1}" 1)
            COMMAND+=("$PROGRAM" ingest "$(dataset_of "$table")" "$CSV" --as bench --quiet
                --config "$CONFIG" --store "$RESULT" --scratch "$WORK")
            ;;
        *)
            [ $SYNC = false ] || sync=(--sync)
            KIND=parquet RESULT=$WORK/result.parquet
            COMMAND=("$PYTHON" "$BENCH/peers/${engine%/*}_peer.py" --config "$CONFIG" --table "$table" --csv "$CSV"
                --out "$RESULT" --threads "$THREADS" --compression "${engine#*/}" ${sync[@]+"${sync[@]}"})
            ;;
    esac
}

clear_result() {
    rm -rf "$WORK/store" "$WORK/result.parquet" "$WORK/result.parquet.spark"
    sync -f "$WORK"
}

# One run of an engine, and the comparison of its answer: all of it at the
# warm-up, whose memory is watched; rows and groups at the timed ones.
run_engine() {
    local engine=$1 table=$2 phase=$3 said
    local -a watch=() how=(--quick)
    [ "$phase" = timed ] || { watch=(--sample) && how=(); }
    set_command "$engine" "$table"
    clear_result
    if measure "$engine" "$table" "$phase" ${watch[@]+"${watch[@]}"} --result "$RESULT" -- "${COMMAND[@]}"; then
        said=$(check compare "$table" "$KIND" "$RESULT" ${how[@]+"${how[@]}"} 2>&1 | tail -1) || true
    else
        said="failed: $(grep -v '^ *$' "$WORK/log" | tail -1 | cut -c1-200 | tr '|' '/')"
    fi
    clear_result
    about answer engine="$engine" table="$table" phase="$phase" text="$said"
    say "  $engine, $phase: $(last wall) s, ${said:0:120}"
    case $said in failed:*) return 1 ;; esac
}

# A number of the last measured run.
last() {
    python3 -c "
import json
print(round([l for l in map(json.loads, open('$RESULTS')) if '$1' in l][-1]['$1'], 3))"
}

# What the ranks of a scan spend on the file, without their start and end.
measure_scan_alone() {
    local table=$1 ranks=$2 sum
    # shellcheck disable=SC2016 # the inner shell expands it
    sum='"$@" 2>&1 >/dev/null | awk "/^[a-z]+( [a-z]+)? +[0-9.]+ +[0-9.]+$/ { s += \$(NF - 1) } END { print s }"'
    measure "limit:colonnade scan, $ranks rank$([ "$ranks" = 1 ] || say s), the file alone" "$table" timed --seconds-printed -- \
        sh -c "$sum" sh "${MPIRUN[@]:0:${#MPIRUN[@]}-1}" "$ranks" "$PROGRAM" scan "$CSV" --quiet --profile
}

run_limits() {
    local table=$1 run copy="cat \"\$1\" >\"\$2\""
    [ $SYNC = false ] || copy+=" && sync \"\$2\""
    for ((run = 0; run < RUNS; run++)); do
        measure "limit:wc -l" "$table" timed -- wc -l "$CSV"
        measure "limit:memcpy of the bytes, one core" "$table" timed --seconds-printed -- "$WORK/copy_bytes" "$CSV"
        measure "limit:cat to a file" "$table" timed -- sh -c "$copy" sh "$CSV" "$WORK/copy"
        rm -f "$WORK/copy"
        measure "limit:colonnade scan, $THREADS ranks" "$table" timed -- "${MPIRUN[@]}" "$PROGRAM" scan "$CSV" --quiet
        measure "limit:colonnade scan, 1 rank" "$table" timed -- "${MPIRUN[@]:0:${#MPIRUN[@]}-1}" 1 "$PROGRAM" scan "$CSV" --quiet
        measure_scan_alone "$table" "$THREADS"
        measure_scan_alone "$table" 1
        measure "limit:mpirun and colonnade --version" "$table" timed -- "${MPIRUN[@]}" "$PROGRAM" --version
    done
}

# Is a peer there? Prints why not.
absence() {
    local peer=$1 module=$1
    case $peer in
        clickhouse) module=chdb ;;
        spark) module=pyspark ;;
    esac
    [ -f "$BENCH/peers/${peer}_peer.py" ] || die 2 "--peers knows duckdb, polars, pandas, pyarrow, clickhouse and spark, not '$peer'"
    if ! "$PYTHON" -c "import $module" 2>"$WORK/log"; then
        tail -1 "$WORK/log"
    elif [ "$peer" = spark ] && ! have java; then
        say "there is no Java"
    fi
}

run_start() {
    local peer=$1 table=$2 run
    for ((run = 0; run < RUNS; run++)); do
        measure "$peer" "$table" start -- "$PYTHON" "$BENCH/peers/${peer}_peer.py" --config "$CONFIG" --table "$table" \
            --csv "$CSV" --out "$WORK/result.parquet" --threads "$THREADS" --start-only || return 0
    done
}

# Tries a peer with both compressions; the faster one is timed, of DuckDB both.
try_peer() {
    local peer=$1 table=$2 compression best='' least='' wall why
    why=$(absence "$peer")
    if [ -n "$why" ]; then
        about absent engine="$peer" table="$table" why="$why"
        say "  $peer is absent: $why"
        return
    fi
    for compression in none snappy; do
        run_engine "$peer/$compression" "$table" warm-up || continue
        wall=$(last wall)
        if [ "$peer" = duckdb ]; then
            ENGINES+=("$peer/$compression")
        elif [ -z "$best" ] || awk "BEGIN { exit !($wall < $least) }"; then
            best=$compression least=$wall
        fi
    done
    [ -z "$best" ] || ENGINES+=("$peer/$best")
    run_start "$peer" "$table"
}

# What `ingest --profile` says, of one rank and of all.
run_profile() {
    local table=$1 run engine
    for ((run = 0; run < RUNS; run++)); do
        for engine in Colonnade "Colonnade, 1 rank"; do
            set_command "$engine" "$table"
            clear_result
            measure "$engine" "$table" profile -- "${COMMAND[@]}" --profile || return 0
            cat "$WORK/log" >>"$WORK/$engine.profile"
        done
    done
    clear_result
    python3 "$BENCH/profile.py" "$table" "$WORK/Colonnade, 1 rank.profile" "$WORK/Colonnade.profile" >>"$RESULTS"
    rm -f "$WORK"/*.profile
}

run_table() {
    local table=$1 peer run engine
    step "$table"
    dataset_of "$table" >/dev/null
    prepare "$table"
    run_limits "$table"
    ENGINES=()
    for engine in Colonnade "Colonnade, 1 rank"; do
        if run_engine "$engine" "$table" warm-up; then ENGINES+=("$engine"); fi
    done
    [ "$PEERS" = none ] || for peer in $(words "$PEERS"); do try_peer "$peer" "$table"; done
    for ((run = 0; run < RUNS; run++)); do
        for engine in ${ENGINES[@]+"${ENGINES[@]}"}; do run_engine "$engine" "$table" timed || true; done
    done
    [ $PROFILE = no ] || run_profile "$table"
    [ $KEEP = yes ] || rm -f "$CSV" "$CSV.meta.json" "$ANSWER"
}

main() {
    local table
    parse "$@"
    mkdir -p "$DATA"
    check_space
    WORK=$(mktemp -d "$DATA/work.XXXXXX")
    trap 'rm -rf "$WORK"; [ $KEEP = yes ] || rmdir "$DATA" 2>/dev/null || true' EXIT
    RESULTS=$WORK/runs.jsonl CONFIG=$WORK/config.json
    [ $KEEP = no ] || RESULTS=$DATA/runs.jsonl
    : >"$RESULTS"
    install_peers
    build_tools
    "$PYTHON" "$BENCH/tables.py" "$COLONNADE_ROOT/config.json" "$CONFIG" $SYNC
    export POLARS_MAX_THREADS=$THREADS OMP_NUM_THREADS=$THREADS SPARK_LOCAL_IP=127.0.0.1
    describe
    for table in $(words "$TABLES"); do run_table "$table"; done
    step "Result"
    "$PYTHON" "$BENCH/markdown.py" "$RESULTS" | tee "${OUTPUT:-/dev/null}"
}

main "$@"
