#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Files beyond the usual: records of 100,000 fields, and files that change while
# they are read.

set -euo pipefail
# shellcheck source=../acceptance/checks.sh
. "$COLONNADE_SOURCE/tests/acceptance/checks.sh"

# ---- Very many columns ----

columns=100000
awk -v columns=$columns 'BEGIN {
    for (row = 0; row < 4; row++)
        for (c = 1; c <= columns; c++) printf "%s%d%s", row == 0 ? "c" : "", row * 7 + c, c < columns ? "," : "\n"
}' >wide.csv
for ranks in 1 3; do
    for stripe in 10K 1M; do
        expect 0 $ranks '' records --stripe-size $stripe --format csv wide.csv
        same wide.csv out "records of $columns fields on $ranks ranks in stripes of $stripe"
    done
    expect 0 $ranks '' scan --format json wide.csv
    says out "\"fields\", \"value\": $((3 * columns))"
    expect 1 $ranks "wide.csv has $columns columns; at most 4096 are stored" ingest wide wide.csv --schema auto --store store
done

# ---- A file that changes ----

# changed_by NUMBER COMMAND...: `records` is held up by its reader, the command
# changes the file, and the reader goes on.
changed_by() {
    local number=$1 status=0 reader
    shift
    awk 'BEGIN { for (i = 0; i < 1000000; i++) print "1,2" }' >changing.csv
    mkfifo "pipe$number"
    launch 1 records --stripe-size 64K changing.csv >"pipe$number" 2>err &
    reader=$!
    {
        IFS= read -r _ && "$@"
        cat >/dev/null
    } <"pipe$number"
    wait $reader || status=$?
    CHECKS_DONE=$((CHECKS_DONE + 1))
    [ $status = 3 ] || fail "a file changed by '$*': exit status $status, not 3: $(cat err)"
    check_message err 'while it was read' "a file changed by '$*'"
}

changed_by 1 sh -c 'echo 1,2 >>changing.csv'
changed_by 2 truncate -s 1000000 changing.csv
changed_by 3 truncate -s 3999999 changing.csv
finish
