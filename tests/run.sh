#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Builds Colonnade and runs all of its tests.
#
#   tests/run.sh [--slurm] [--readers] [--s3] [CTEST OPTION...]
#
#   --slurm   also install Slurm where it is missing, for the test of the batch
#             job; without it that test is skipped on such machines
#   --readers also install xarray, AnnData and R where they are missing, for the
#             tests of other programs that read a store; the same holds
#   --s3      also install OpenStack Swift and awscli where they are missing, for
#             the tests of object storage; the same holds
#   --help    this text
#
# What is missing is installed first (jobs/install.sh --test). Further options
# go to ctest: tests/run.sh -L unit, tests/run.sh -R ingest.
#
# COLONNADE_TEST_DATA  a folder with real data and a corpus of CSV files
#                      (default ../shared where it exists); without it the
#                      tests that compare with real data are skipped
# COLONNADE_TEST_LARGE 1 runs the tests of large files in full size, which takes
#                      much disk and time (docs/testing.md)
# COLONNADE_BUILD      the build folder (default build/release)
# COLONNADE_JOBS       how many tests at once (default: the cores)

set -euo pipefail
# shellcheck source=../jobs/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/../jobs/common.sh"

say_test_data() {
    if [ -z "${COLONNADE_TEST_DATA:-}" ] && [ -d "$COLONNADE_ROOT/../shared/data" ]; then
        COLONNADE_TEST_DATA=$(cd "$COLONNADE_ROOT/../shared" && pwd)
    fi
    if [ -z "${COLONNADE_TEST_DATA:-}" ]; then
        say "Real data: none (COLONNADE_TEST_DATA is not set); the tests on it are skipped"
    elif [ ! -d "$COLONNADE_TEST_DATA" ]; then
        die 2 "COLONNADE_TEST_DATA is '$COLONNADE_TEST_DATA', which is not a folder"
    else
        export COLONNADE_TEST_DATA
        say "Real data: $COLONNADE_TEST_DATA"
    fi
}

# One line for each test of a JUnit file: its status, its name, and for a
# skipped one the last line that it printed.
test_results() {
    awk '
        function attribute(name) {
            return match($0, " " name "=\"[^\"]*\"") ? substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 4) : ""
        }
        function finish() {
            if (status == "") return
            sub(/<\/?system-out>.*/, "", last)
            print status, name, (status == "skip" ? last : "")
            status = ""
        }
        /<testcase / {
            name = attribute("name"); status = attribute("status") == "run" ? "pass" : "fail"; last = ""; out = 0
        }
        /<skipped / && /SKIP_RETURN_CODE/ { status = "skip" }
        /<system-out>/ { out = 1; sub(/.*<system-out>/, "") }
        out && /[^ \t]/ && !/^<\/system-out>/ { last = $0 }
        /<\/system-out>/ { out = 0 }
        /<\/testcase>/ { finish() }
    ' "$1"
}

summary() {
    local junit=$1 results
    if [ ! -s "$junit" ]; then
        say "0 passed, 0 failed"
        return
    fi
    results=$(test_results "$junit")
    printf '%s\n' "$results" | sed -n -e 's/^skip /Skipped: /p' -e 's/^fail /Failed: /p'
    printf '%s\n' "$results" | awk '
        { count[$1]++ }
        END { printf "%d passed, %d failed\n", count["pass"], count["fail"] }'
}

main() {
    local install=(--test) status=0 junit=$COLONNADE_BUILD/junit.xml
    while true; do
        case ${1:-} in
            --help | -h) print_header "${BASH_SOURCE[0]}" && return ;;
            --slurm | --readers | --s3) install+=("$1") && shift ;;
            *) break ;;
        esac
    done
    "$COLONNADE_ROOT/jobs/install.sh" "${install[@]}"
    step "Building"
    build_release on
    step "Testing"
    say_test_data
    mpi_environment
    rm -f "$junit"
    (cd "$COLONNADE_BUILD" && ctest --output-on-failure --schedule-random --no-tests=error \
        -j "${COLONNADE_JOBS:-$(rank_count)}" --output-junit "$junit" "$@") || status=$?
    summary "$junit"
    return $status
}

main "$@"
