# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# What tests of one command share: the first thing that is wrong ends the test.
# Sourced, never run.

fail() {
    printf 'FAILED: %s\n' "$*" >&2
    exit 1
}

# ranks N ARGUMENT...: the program with N ranks; one starts without a launcher.
ranks() {
    local count=$1
    shift
    if [ "$count" = 1 ]; then
        "$COLONNADE" "$@"
    else
        # shellcheck disable=SC2086 # the command and its options
        $COLONNADE_MPIRUN -n "$count" "$COLONNADE" "$@"
    fi
}
