#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Rows whose key stands elsewhere too: `colonnade export` and docs/colonnade.py
# leave them out, or not.

set -euo pipefail
# shellcheck source=store.sh
. "$COLONNADE_SOURCE/tests/readers/store.sh"

set_python h5py pandas || skip 'no Python here has h5py and pandas (jobs/install.sh --test)'
cat >config.json <<'END'
{"datasets": {"calls": {"columns": [{"name": "id", "type": "text", "role": "key"}, {"name": "n", "type": "integer"}]}}}
END
# b repeats a hundred of a's keys.
awk 'BEGIN { print "id,n"; for (i = 1; i <= 70000; i++) printf "%d,%d\n", i, i }' >a.csv
awk 'BEGIN { print "id,n"; for (i = 1; i <= 300; i++) printf "%s,%d\n", (i % 3 == 1 ? i * 200 : "b" i), -i }' >b.csv
{ cat a.csv && awk -F, 'NR > 1 && $1 ~ /b/' b.csv; } >live.csv
{ cat a.csv && tail -n +2 b.csv; } >all.csv
expect 0 3 '' ingest calls a.csv b.csv --store store --on-duplicate keep-first
for ranks in 1 3; do
    expect 0 $ranks '' export calls --store store
    same live.csv out 'the rows that count'
    expect 0 $ranks '' export calls --store store --with-duplicates
    same all.csv out 'all rows'
done
run_reader duplicates_reader.py
finish
