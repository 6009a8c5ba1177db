#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Compressed files: what is read of them is what is read of the plain file,
# and damage is told. zstd is tried where its program is installed.

set -euo pipefail

fail() {
    printf 'FAILED: %s\n' "$*" >&2
    exit 1
}

# ranks N ARGUMENT...: the program with N ranks.
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

# expect STATUS TEXT ARGUMENT...: ends so, and standard error says the text.
expect() {
    local status=$1 text=$2 got=0
    shift 2
    "$@" >out 2>err </dev/null || got=$?
    [ "$got" = "$status" ] || fail "$*: status $got, not $status: $(cat err)"
    grep -qF -- "$text" err || fail "$*: standard error lacks '$text': $(cat err)"
}

printf '\xef\xbb\xbfid,text\r\n1,"a, ""b""\r\nc"\n\n2,x"y\r3,"p"q,\n4,ok\n5,\xe9\n6,end' >plain.csv
gzip -nc plain.csv >whole.csv.gz
# Members end wherever their writer stopped: here within a record.
{ head -c 21 plain.csv | gzip -n && gzip -nc </dev/null && tail -c +22 plain.csv | gzip -n; } >members
files='whole.csv.gz members'
if command -v zstd >/dev/null; then
    { head -c 21 plain.csv | zstd -q && tail -c +22 plain.csv | zstd -q; } >frames.zst
    files+=' frames.zst'
fi

# ---- records and scan ----

"$COLONNADE" records plain.csv >expected.json
"$COLONNADE" scan plain.csv --format csv >expected.csv

# same EXPECTED COUNT ARGUMENT...: what COUNT ranks print.
same() {
    local expected=$1
    shift
    ranks "$@" >out 2>err </dev/null || fail "$*: status $?: $(cat err)"
    cmp -s out "$expected" || fail "$*: $(diff "$expected" out | head -5)"
}

for file in $files; do
    same expected.json 1 records "$file"
    same expected.csv 1 scan "$file" --format csv
done
same expected.json 3 records members
same expected.csv 3 scan members --format csv
grep -q 'members is compressed: one rank reads it' err || fail "three ranks were not told that one reads: $(cat err)"

head -c 30 whole.csv.gz >cut.csv
expect 3 'cut.csv is damaged: it ends too early' ranks 1 scan cut.csv
expect 3 'gzip -t' ranks 3 records cut.csv -o cut.json
[ ! -e cut.json ] || fail "records of a damaged file were kept"

echo "compressed: passed"
