#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# What export writes comes in again, whatever is declared; and what can be had
# of a damaged store is had when it is asked for.

set -euo pipefail
# shellcheck source=../acceptance/checks.sh
. "$COLONNADE_SOURCE/tests/acceptance/checks.sh"
export COLONNADE_STORE=store

cat >config.json <<'JSON'
{"datasets": {
  "calls": {"formats": ["%m/%d/%Y %H:%M"], "columns": [{"name": "at", "type": "timestamp"}, {"name": "note", "type": "text"}]},
  "utc": {"time_zone": "America/Denver", "columns": [
    {"name": "at", "type": "timestamp", "formats": [{"pattern": "%Y-%m-%dT%H:%M:%S", "zone": "utc"}]},
    {"name": "z", "type": "timestamp", "formats": [{"pattern": "%Y-%m-%dT%H:%M:%SZ", "zone": "utc"}]}]}}}
JSON

# ---- Times ----

printf 'at,note\n01/31/2015 10:05,a\n12/01/2016 23:59,b\n' >calls.csv
expect 0 1 '' ingest calls calls.csv
expect 0 2 '' export calls -o again.csv
says again.csv '2015-01-31T10:05:00'
! grep -q warning err || fail "a warning: $(cat err)"
expect 0 1 '' ingest calls again.csv --store second
expect 0 1 '' export calls --store second -o third.csv
same again.csv third.csv 'what was exported, ingested and exported'

printf 'at,z\n2015-01-01T12:00:00,2015-01-01T12:00:00Z\n' >utc.csv
expect 0 1 '' ingest utc utc.csv
expect 0 2 '' export utc
says out '2015-01-01T05:00:00,2015-01-01T05:00:00'
says err "column 'at' of partition 'utc'"
[ "$(grep -c warning err)" = 1 ] || fail "another column is warned of: $(cat err)"
expect 0 1 '' export utc --columns z
! grep -q warning err || fail "a column is warned of that is not exported: $(cat err)"

# ---- Damage ----

for ((i = 0; i < 70000; i++)); do printf '01/31/2015 10:05,note %d\n' "$i"; done | { echo at,note && cat; } >many.csv
expect 0 1 '' ingest calls many.csv
file=$(echo store/calls/partitions/many.*.h5)
offset=$(grep -abo 'note 69998note 69999' "$file" | head -n 1 | cut -d: -f1)
printf 'X' | dd of="$file" bs=1 seek="$offset" conv=notrunc status=none
for ranks in 1 2; do
    expect 3 $ranks 'are damaged' export calls --partition many
    expect 0 $ranks '' export calls --partition many --read-damaged
    says out ',Xote 69998'
    says err "warning: read although damaged: rows 65537 to 70000 of column 'note' of partition 'many'"
    [ "$(grep -c 'although damaged' err)" = 1 ] || fail "one block is told several times: $(cat err)"
    expect 3 $ranks 'are damaged' info calls --duplicates
    expect 0 $ranks '' info calls --duplicates --read-damaged
    says err 'although damaged'
done
expect 0 2 '' export calls --partition calls --read-damaged
! grep -q warning err || fail "what is whole is warned of: $(cat err)"
finish
