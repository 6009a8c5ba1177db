#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# What info lists when one dataset of the store is damaged: the others.

set -euo pipefail

fail() {
    printf 'FAILED: %s\n' "$*" >&2
    exit 1
}

printf 'record,city\n1,x\n2,y\n' >rows.csv
for dataset in first second third; do
    "$COLONNADE" ingest $dataset rows.csv --schema auto --store store --quiet >/dev/null
done
"$COLONNADE" info --store store --format csv >whole
mkdir -p store/-foreign
printf 'no HDF5' >store/second/master.h5

status=0
"$COLONNADE" info --store store --format csv >listed 2>err || status=$?
[ $status = 3 ] || fail "a damaged dataset gives status $status"
diff <(grep -v '^second,' whole) listed >&2 || fail "the others are not listed"
grep -q '^warning: .*store/second/master.h5 cannot be read' err || fail "the damaged one is not told: $(cat err)"
grep -q "^colonnade: 1 of the datasets in 'store' cannot be read" err || fail "there is no message: $(cat err)"
