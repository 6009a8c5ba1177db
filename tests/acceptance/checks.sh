# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# What the tests of whole ingests share. Sourced, never run. A failed check is
# told and counted, so that one run shows all of them; `finish` ends the test.

read -ra CHECKS_MPIRUN <<<"$COLONNADE_MPIRUN"
CHECKS_FAILED=0
CHECKS_DONE=0

fail() {
    printf 'FAILED: %s\n' "$*"
    CHECKS_FAILED=$((CHECKS_FAILED + 1))
}

skip() {
    printf 'skipped: %s\n' "$*"
    exit 77
}

finish() {
    if [ "$CHECKS_DONE" = 0 ]; then
        fail 'nothing was checked'
    fi
    printf '%d checks, %d failed\n' "$CHECKS_DONE" "$CHECKS_FAILED"
    [ "$CHECKS_FAILED" = 0 ]
    exit
}

# some N: the lines of standard input; with COLONNADE_TEST_BRIEF every Nth of
# them and the last, which is printed. The sanitizers' pass is brief, for under
# them a process takes many times as long, and the same settings run without.
some() {
    if [ -z "${COLONNADE_TEST_BRIEF:-}" ]; then
        cat
    else
        printf 'brief: one of %d settings\n' "$1" >&2
        awk -v n="$1" '{ last = $0 } NR % n == 1 || n == 1 { print; last = "" } END { if (last != "") print last }'
    fi
}

# launch RANKS ARGUMENT...: the program on that many ranks; one starts without
# a launcher. What takes minutes, on however busy a machine, hangs.
launch() {
    local ranks=$1
    shift
    local -a command=("$COLONNADE" "$@")
    [ "$ranks" = 1 ] || command=("${CHECKS_MPIRUN[@]}" -n "$ranks" "${command[@]}")
    timeout --kill-after=5 240 "${command[@]}"
}

# check_message FILE TEXT: standard error holds one message, one line, with the
# text in it, and nothing of a library's own troubles. Without a text it holds
# none.
check_message() {
    local file=$1 text=$2 what=$3 count
    count=$(grep -c '^colonnade: ' "$file") || true
    if [ -z "$text" ]; then
        [ "$count" = 0 ] || fail "$what: a message although nothing is wrong: $(cat "$file")"
    elif [ "$count" != 1 ]; then
        fail "$what: $count messages instead of one: $(cat "$file")"
    elif ! grep '^colonnade: ' "$file" | grep -q -F -e "$text"; then
        fail "$what: the message does not say '$text': $(grep '^colonnade: ' "$file")"
    fi
    if grep -q -E 'HDF5-DIAG|MPI_ABORT|MPI_ERR|Segmentation|signal [0-9]|Assertion|AddressSanitizer|runtime error' "$file"; then
        fail "$what: a library speaks for itself: $(cat "$file")"
    fi
}

# expect STATUS RANKS TEXT ARGUMENT...: runs the program and checks its exit
# status and its message; 'out' and 'err' hold what it printed.
expect() {
    local wanted=$1 ranks=$2 text=$3 status=0
    shift 3
    CHECKS_DONE=$((CHECKS_DONE + 1))
    launch "$ranks" "$@" >out 2>err </dev/null || status=$?
    if [ "$status" != "$wanted" ]; then
        fail "$ranks ranks, '$*': exit status $status, not $wanted: $(cat err)"
    fi
    check_message err "$text" "$ranks ranks, '$*'"
}

# says FILE TEXT
says() {
    CHECKS_DONE=$((CHECKS_DONE + 1))
    grep -q -F -e "$2" "$1" || fail "'$2' does not stand in $1: $(head -c 2000 "$1")"
}

# same WANTED FOUND WHAT: two files hold the same.
same() {
    CHECKS_DONE=$((CHECKS_DONE + 1))
    cmp -s "$1" "$2" || fail "$3 differs: $(diff "$1" "$2" | head -n 20)"
}

# fingerprint STORE: a line for each file that decides what the store holds and
# answers. The history tells when and by whom, and is no part of it.
fingerprint() {
    (cd "$1" && find . -type f ! -name history.jsonl ! -path '*/unpublished/*' | LC_ALL=C sort | xargs -r sha256sum)
}

# litter FOLDER: temporary files and locks that nobody needs any more.
litter() {
    find "$1" \( -name '*.tmp-*' -o -name '.tmp*' -o -name lock -o -name 'colonnade*' \) 2>/dev/null
}

# no_litter FOLDER WHAT
no_litter() {
    local left
    CHECKS_DONE=$((CHECKS_DONE + 1))
    left=$(litter "$1")
    [ -z "$left" ] || fail "$2: left behind: $left"
}
