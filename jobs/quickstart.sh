#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# From a fresh clone to the four answers, with figures, in one command.
#
#   jobs/quickstart.sh                            with sample data made here
#   jobs/quickstart.sh --download [YEAR...]       with the city's own files
#   jobs/quickstart.sh --accidents FILE... [--calls FILE...]
#   jobs/quickstart.sh --calls FILE...            with your files
#
# Installs what is missing (jobs/install.sh), builds the program, reads the
# files into a store with as many ranks as there are cores, answers the
# questions and draws the figures. What is done already is not done twice.
#
# Sample data, its store and its report go to ./sample, so that they never mix
# with real ones; those go to ./staging, ./store and ./report.
#
#   --rows N  how many rows each sample has (default 200000)
#   --help    this text
#
# YEAR is a year of the 311 calls; without any, those that the configuration
# names.
#
# The exit status is 0 when all was done, else that of the worst failure: 1 the
# data did not pass, 2 usage, 3 input, output or network, 4 internal. A file that
# cannot be downloaded keeps nothing else from being done.
#
# COLONNADE_RANKS  how many ranks (default: the cores)
# COLONNADE_BUILD  the build folder (default build/release)

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

MODE=sample
ROWS=200000
SEED=1
YEARS=()
ACCIDENTS=()
CALLS=()
FAILED=0 # the worst status of a step that others did not wait for

# Reads the command line into the variables above.
parse() {
    local into=''
    while [ $# -gt 0 ]; do
        case $1 in
            --help | -h) print_header "${BASH_SOURCE[0]}" && exit 0 ;;
            --download) set_mode download && into=years ;;
            --accidents) set_mode files && into=accidents ;;
            --calls) set_mode files && into=calls ;;
            --rows)
                ROWS=${2:-}
                case $ROWS in '' | *[!0-9]* | 0*) die 2 "--rows needs a number from 1 up" ;; esac
                shift
                ;;
            -*) die 2 "unknown option '$1'; --help lists them" ;;
            *) take "$into" "$1" ;;
        esac
        shift
    done
    [ "$MODE" != files ] || [ $((${#ACCIDENTS[@]} + ${#CALLS[@]})) -gt 0 ] ||
        die 2 "name the files behind --accidents and --calls"
}

set_mode() {
    [ "$MODE" = sample ] || [ "$MODE" = "$1" ] || die 2 "--download and files of your own exclude each other"
    MODE=$1
}

take() {
    case $1 in
        years)
            case $2 in [12][0-9][0-9][0-9]) YEARS+=("$2") ;; *) die 2 "--download takes years, not '$2'" ;; esac
            ;;
        accidents) take_file "$2" && ACCIDENTS+=("$2") ;;
        calls) take_file "$2" && CALLS+=("$2") ;;
        *) die 2 "'$2' stands behind no option; --help shows what to write" ;;
    esac
}

take_file() {
    [ ! -d "$1" ] || die 3 "$1 is a folder; name the files in it"
    { [ -f "$1" ] && [ -r "$1" ]; } || die 3 "$1 is not a file that is there and can be read"
}

colonnade() { "$COLONNADE_BUILD/colonnade" "$@"; }
parallel() {
    local status=0
    "${MPIRUN[@]}" "$COLONNADE_BUILD/colonnade" "$@" || status=$?
    tell_of_end $status
    return $status
}

# A sample is kept while the generator still makes the same rows: each row is a
# function of its number alone, so a short file is the beginning of a long one.
is_current() {
    local dataset=$1 file=$2 probe=$WORK/probe.csv size
    [ -f "$file" ] && grep -qs "\"rows\": $ROWS," "$file.meta.json" || return 1
    colonnade generate "$dataset" --rows 50 --seed $SEED --quiet -o "$probe" >/dev/null
    size=$(wc -c <"$probe")
    head -c "$size" "$file" | cmp -s - "$probe"
}

make_sample() {
    local dataset=$1 file=sample/$1.csv
    if is_current "$dataset" "$file"; then
        say "$file is there already"
        return
    fi
    mkdir -p sample
    parallel generate "$dataset" --rows "$ROWS" --seed $SEED -o "$file"
}

sample() {
    STORE=sample/store REPORT=sample/report
    step "Making sample data"
    make_sample traffic_accidents
    make_sample service_requests_311
    step "Reading it into the store"
    parallel ingest traffic_accidents sample/traffic_accidents.csv --store $STORE
    parallel ingest service_requests_311 sample/service_requests_311.csv --store $STORE
}

# What did not come keeps nothing else from being read and answered; the status
# at the end is that of the worst failure.
attempt() {
    local status=0
    "$@" || status=$?
    [ $status -le $FAILED ] || FAILED=$status
}

has_staged() { [ -n "$(find "staging/$1" -name '*.csv' -print 2>/dev/null | head -n 1)" ]; }

download() {
    local -a years=()
    local year dataset
    for year in ${YEARS[@]+"${YEARS[@]}"}; do years+=(--year "$year"); done
    step "Downloading the city's files"
    attempt colonnade fetch traffic_accidents
    attempt colonnade fetch service_requests_311 ${years[@]+"${years[@]}"}
    step "Reading them into the store"
    for dataset in traffic_accidents service_requests_311; do
        if has_staged $dataset; then
            attempt parallel ingest $dataset --store $STORE
        else
            say "No file of $dataset came, so its questions are not answered from new ones."
        fi
    done
}

files() {
    step "Reading your files into the store"
    [ ${#ACCIDENTS[@]} = 0 ] || parallel ingest traffic_accidents "${ACCIDENTS[@]}" --store $STORE
    [ ${#CALLS[@]} = 0 ] || parallel ingest service_requests_311 "${CALLS[@]}" --store $STORE
}

# Sample data that somebody read into this store, as the README's tour does
# elsewhere, is in every answer, and all of them say so: tell why.
tell_of_samples() {
    local dataset partitions
    [ "$MODE" != sample ] || return 0
    for dataset in traffic_accidents service_requests_311; do
        [ -e "$STORE/$dataset/master.h5" ] || continue
        partitions=$(colonnade info "$dataset" --store "$STORE" --format csv --quiet |
            awk -F, '/SAMPLE DATA/ { printf "%s%s", n++ ? ", " : "", $1 }')
        [ -n "$partitions" ] || continue
        say "The store ./$STORE holds sample data, and the report counts it: $dataset, $partitions."
        say "For an answer without it, remove ./$STORE and run this again."
    done
}

main() {
    parse "$@"
    "$COLONNADE_ROOT/jobs/install.sh"
    step "Building"
    build_release off
    set_mpirun "$(rank_count)"
    WORK=$(mktemp -d "${TMPDIR:-/tmp}/colonnade-quickstart.XXXXXX")
    trap 'rm -rf "$WORK"' EXIT
    STORE=store REPORT=report
    $MODE
    step "Answering the four questions with $(rank_count) ranks"
    attempt parallel report --store $STORE --out $REPORT
    tell_of_samples
    [ $FAILED = 0 ] || die $FAILED "not everything was done: see the messages above"
}

main "$@"
