#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Searches for inputs that Colonnade does not bear, with libFuzzer.
#
#   tests/fuzz/run.sh [--seconds N] [TARGET...]
#
#   --seconds N   for each target (default 60)
#   --list        the targets
#   --help        this text
#
# Builds with clang in build/fuzz. What is found on the way stays in
# build/fuzz/corpus/TARGET and serves the next search; an input that fails is
# kept in build/fuzz/failed/TARGET-*, and the status is 1. docs/testing.md says
# what to do with it.
#
# COLONNADE_TEST_DATA  a folder with a corpus of CSV files to begin with, beside
#                      the seeds (default ../shared where it exists)
# COLONNADE_FUZZ_BUILD the build folder (default build/fuzz)

set -euo pipefail
# shellcheck source=../../jobs/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/../../jobs/common.sh"

SEEDS=$COLONNADE_ROOT/tests/fuzz/seeds
BUILD=${COLONNADE_FUZZ_BUILD:-$COLONNADE_ROOT/build/fuzz}

list_targets() { for seeds in "$SEEDS"/*/; do basename "$seeds"; done; }

# The longest input that is tried: beyond it nothing new happens, only slower.
max_len() {
    case $1 in
        values | dates) say 256 ;;
        config | sidecar | packed | compressed) say 4096 ;;
        *) say 1024 ;;
    esac
}

is_csv_target() {
    case $1 in scan | split | sweep | decode | detect) ;; *) return 1 ;; esac
}

build() {
    mkdir -p "$COLONNADE_ROOT/build"
    cmake -S "$COLONNADE_ROOT" --preset fuzz -B "$BUILD" >"$COLONNADE_ROOT/build/fuzz.log" 2>&1 || {
        cat "$COLONNADE_ROOT/build/fuzz.log" >&2
        die 3 "cmake could not configure $BUILD"
    }
    cmake --build "$BUILD" --target fuzz
}

# One line: what libFuzzer's statistics say.
summary() {
    awk -v target="$1" '
        /^stat::number_of_executed_units/ { runs = $2 }
        /^stat::average_exec_per_sec/ { rate = $2 }
        /^stat::new_units_added/ { new = $2 }
        / cov: / { for (i = 1; i < NF; i++) if ($i == "cov:") cover = $(i + 1) }
        END { printf "%-8s %9d inputs, %6d a second, %5d new ones, %5d branches\n", target, runs, rate, new, cover }' "$2"
}

fuzz_target() {
    local target=$1 seconds=$2 log=$BUILD/$1.log
    local -a inputs=("$BUILD/corpus/$target" "$SEEDS/$target") options=()
    mkdir -p "$BUILD/corpus/$target" "$BUILD/failed"
    if is_csv_target "$target"; then
        options+=(-dict="$COLONNADE_ROOT/tests/fuzz/csv.dict")
        if [ -d "${COLONNADE_TEST_DATA:-}/corpus" ]; then inputs+=("$COLONNADE_TEST_DATA/corpus"); fi
    elif [ -f "$COLONNADE_ROOT/tests/fuzz/$target.dict" ]; then
        options+=(-dict="$COLONNADE_ROOT/tests/fuzz/$target.dict")
    fi
    if ! "$BUILD/tests/fuzz/fuzz_$target" -max_total_time="$seconds" -max_len="$(max_len "$target")" -timeout=25 \
        -print_final_stats=1 -artifact_prefix="$BUILD/failed/$target-" "${options[@]}" "${inputs[@]}" >"$log" 2>&1; then
        tail -n 40 "$log"
        warn "$target found an input that fails; see $BUILD/failed"
        return 1
    fi
    summary "$target" "$log"
}

main() {
    local seconds=60 failed='' target
    local -a targets=()
    while [ $# -gt 0 ]; do
        case $1 in
            --help | -h) print_header "${BASH_SOURCE[0]}" && return ;;
            --list) list_targets && return ;;
            --seconds) seconds=${2:-} && shift ;;
            -*) die 2 "unknown option '$1'; --help lists them" ;;
            *) targets+=("$1") ;;
        esac
        shift || die 2 "--seconds needs a number"
    done
    case $seconds in '' | *[!0-9]*) die 2 "--seconds needs a number" ;; esac
    if [ ${#targets[@]} -eq 0 ]; then
        while IFS= read -r target; do targets+=("$target"); done < <(list_targets)
    fi
    for target in "${targets[@]}"; do
        [ -d "$SEEDS/$target" ] || die 2 "there is no target '$target'; --list names them"
    done
    if [ -z "${COLONNADE_TEST_DATA:-}" ] && [ -d "$COLONNADE_ROOT/../shared/corpus" ]; then
        COLONNADE_TEST_DATA=$COLONNADE_ROOT/../shared
    fi
    build
    mpi_environment
    # MPI keeps what it has until the process ends.
    export LSAN_OPTIONS="suppressions=$COLONNADE_ROOT/tests/lsan.supp:print_suppressions=0"
    for target in "${targets[@]}"; do fuzz_target "$target" "$seconds" || failed+=" $target"; done
    [ -z "$failed" ] || die 1 "failed:$failed"
}

main "$@"
