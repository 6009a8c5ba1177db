#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Runs one test script the way ctest runs all of them.
#
#   COLONNADE=build/release/colonnade tests/script.sh tests/cli/x_test.sh
#
# The script finds, in its environment:
#   COLONNADE            the program, an absolute path
#   COLONNADE_SOURCE     the project's folder
#   COLONNADE_MPIRUN     a command that starts ranks: $COLONNADE_MPIRUN -n 3 ...
#   COLONNADE_TEST_DATA  the folder of real data and the CSV corpus, or unset
#   TMPDIR               an empty folder of its own, removed afterwards
# and runs in that empty folder. Status 77 means skipped; the last line that it
# printed says why.

set -euo pipefail
COLONNADE_SOURCE=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=../jobs/common.sh
. "$COLONNADE_SOURCE/jobs/common.sh"

[ $# = 1 ] || die 2 "give one test script"
script=$(cd "$(dirname "$1")" && pwd)/${1##*/}
COLONNADE=${COLONNADE:-$COLONNADE_BUILD/colonnade}
[ -x "$COLONNADE" ] || die 2 "there is no program $COLONNADE; build it, or set COLONNADE"
COLONNADE=$(cd "$(dirname "$COLONNADE")" && pwd)/${COLONNADE##*/}

set_mpirun 1
launcher=${MPIRUN[*]}
launcher=${launcher/ --quiet/} # a test wants to see all that is said
if [ -n "${ASAN_OPTIONS:-}" ]; then
    # LeakSanitizer itself crashes now and then on the threads that MPI is ending
    # at the same time; a rank alone looks for leaks. Exact stacks of allocations
    # take half of the time, and only leaks need them.
    launcher="env ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0:fast_unwind_on_malloc=1 $(command -v "${launcher%% *}") ${launcher#* }"
fi
COLONNADE_MPIRUN=${COLONNADE_MPIRUN:-${launcher% -n 1}}
if [ -z "${COLONNADE_TEST_DATA:-}" ] && [ -d "$COLONNADE_SOURCE/../shared/data" ]; then
    COLONNADE_TEST_DATA=$(cd "$COLONNADE_SOURCE/../shared" && pwd)
fi
[ -d "${COLONNADE_TEST_DATA:-}" ] || unset COLONNADE_TEST_DATA
export COLONNADE COLONNADE_SOURCE COLONNADE_MPIRUN
[ -z "${COLONNADE_TEST_DATA:-}" ] || export COLONNADE_TEST_DATA

work=$(mktemp -d "${TMPDIR:-/tmp}/colonnade-test.XXXXXX")
trap 'rm -rf "$work"' EXIT
export TMPDIR=$work
cd "$work"
bash "$script"
