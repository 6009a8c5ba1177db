# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# What the tests of files beyond 2^31 rows and 2^32 bytes share, and others that
# hold a command to its memory. Sourced, never run. The large ones take much disk
# and many minutes, so that they usually run with few rows, as tests of
# themselves.
#
#   COLONNADE_TEST_LARGE=1  all of the rows

# shellcheck source=../acceptance/checks.sh
. "$COLONNADE_SOURCE/tests/acceptance/checks.sh"

LARGE_MEMORY_MIB=128 # --memory, on each rank

# size_of LARGE SMALL: how many rows it is this time.
size_of() { if [ "${COLONNADE_TEST_LARGE:-}" = 1 ]; then echo "$1"; else echo "$2"; fi; }

# need_disk BYTES
need_disk() {
    local free
    free=$(($(df --output=avail -k . | tail -n 1) * 1024))
    [ "$free" -ge "$1" ] ||
        skip "needs $((($1 + 999999999) / 1000000000)) GB of free disk and $PWD has $((free / 1000000000)); TMPDIR says where else"
}

# Sanitizers have memory of their own.
is_sanitized() { [ "$(nm "$COLONNADE" 2>/dev/null | grep -c __asan_init)" != 0 ]; }

# measured ARGUMENT...: the program on two ranks, none of which may take more
# than its memory. 'out' holds all that it printed.
measured() {
    local cpus seconds peak
    CHECKS_DONE=$((CHECKS_DONE + 1))
    cpus=$(python3 -c 'import os; print(*os.sched_getaffinity(0), sep=",")')
    rm -f costs
    python3 "$COLONNADE_SOURCE/bench/measure.py" --cpus "$cpus" --into costs --log out --sample --timeout 7200 -- \
        "${CHECKS_MPIRUN[@]}" -n 2 "$COLONNADE" "$@" --memory "${LARGE_MEMORY_MIB}M" --quiet ||
        fail "'$*': $(tail -n 5 out)"
    check_message out '' "'$*'"
    seconds=$(sed -n 's/.*"wall": \([0-9]*\).*/\1/p' costs)
    peak=$(sed -n 's/.*"memory_process": \([0-9]*\).*/\1/p' costs)
    printf '%s: %d s, %d MiB a rank\n' "$1" "$seconds" $((peak >> 20))
    [ "$peak" -gt 0 ] || fail "'$*': the memory was not seen"
    is_sanitized || [ "$peak" -le $((LARGE_MEMORY_MIB << 20)) ] || fail "'$*' takes $((peak >> 20)) MiB a rank, not $LARGE_MEMORY_MIB"
}

# row TEXT: a line of 'out' is this.
row() {
    CHECKS_DONE=$((CHECKS_DONE + 1))
    grep -q -x -F -e "$1" out || fail "no line is '$1': $(head -c 2000 out)"
}

# identical WANTED FOUND WHAT: where files differ is told, for they are too long to be shown.
identical() {
    CHECKS_DONE=$((CHECKS_DONE + 1))
    cmp "$1" "$2" >different 2>&1 || fail "$3 differs: $(cat different)"
}
