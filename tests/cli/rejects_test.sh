#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# What info and rejects tell of published partitions, of an ingest that did
# not pass, and of sample data.

set -euo pipefail

fail() {
    printf 'FAILED: %s\n' "$*" >&2
    exit 1
}

# same NAME: standard input is what the file NAME holds.
same() {
    diff - "$1" >&2 || fail "$1 is not what was expected"
}

cat >config.json <<'JSON'
{"datasets": {"calls": {"columns": [
  {"name": "number", "type": "integer", "role": "key"},
  {"name": "kind", "type": "category"},
  {"name": "note", "type": "text"}]}}}
JSON
colonnade() { "$COLONNADE" "$@" --store store; }

colonnade info --format csv 2>err >empty
same empty <<'CSV'
dataset,partitions,rows,rejected,size_bytes,sample,duplicates,live
CSV
grep -q "the store 'store' is empty" err || fail "an empty store is not told: $(cat err)"

# Two good records, one bad cell, one record that is not UTF-8, one short record.
printf 'Number,Kind,Note\n1,a,x\nseven,b,y\n3,a,caf\xe9\n4,b\n' >good.csv
colonnade ingest calls good.csv --allow-rejects --quiet >account
# Ten times as many rejected records as may be.
{
    printf 'Number,Kind,Note\n'
    for i in 1 2 3 4 5; do printf '%d\n' $i; done
    printf '6,"a\x07b"c,%0100d\n' 0
} >bad.csv
status=0
colonnade ingest calls bad.csv --quiet >account 2>err || status=$?
[ $status = 1 ] || fail "too many rejects give status $status: $(cat err)"

colonnade rejects calls good --format csv >listed
same listed <<'CSV'
dataset,partition,published,sample,file,record,offset,size_bytes,column,reason,raw
calls,good,yes,,good.csv,3,23,5,number,not an integer,seven
calls,good,yes,,good.csv,4,33,9,,converted from windows-1252,"3,a,caf\xE9"
calls,good,yes,,good.csv,5,42,4,,too few fields,"4,b"
CSV

colonnade rejects calls bad >listed
head -n 1 listed | grep -q -F 'calls, partition bad, bad.csv (not published: its last ingest did not pass)' ||
    fail "the refused ingest is not labelled: $(cat listed)"
[ "$(grep -c 'too few fields' listed)" = 5 ] || fail "not five short records: $(cat listed)"
grep -q -F '"a\x07b"c,000' listed || fail "a control character is not made visible: $(cat listed)"
grep -q '0…$' listed || fail "a long record is not shortened: $(cat listed)"
! grep -q '0\{61\}' listed || fail "a long record is not shortened: $(cat listed)"

# Everything at once, the same at three ranks; the listing is whole JSON.
colonnade rejects calls --format json >all.json
read -ra mpirun <<<"$COLONNADE_MPIRUN"
"${mpirun[@]}" -n 3 "$COLONNADE" rejects calls --store store --format json >three.json
same three.json <all.json
if command -v python3 >/dev/null; then
    python3 - <<'PYTHON'
import json
rows = json.load(open('all.json'))
assert [row['published'] for row in rows] == [True] * 3 + [False] * 6, rows
assert rows[0]['column'] == 'number' and rows[1]['column'] is None, rows
PYTHON
fi

colonnade info calls --format csv >listed
sed -E 's/^(good,3,1,46),[0-9]+,/\1,SIZE,/' <listed >sized
same sized <<'CSV'
partition,rows,rejected,source_size_bytes,size_bytes,origin,sample,duplicates,live,key
good,3,1,46,SIZE,good.csv,,,3,
CSV
colonnade info calls >listed
grep -Eq '^number +integer +key +1$' listed || fail "info does not list the columns: $(cat listed)"
colonnade info calls --provenance --format json >listed.json
if command -v python3 >/dev/null; then
    python3 -c 'import json; [p] = json.load(open("listed.json")); assert p["partition"] == "good" and p["account"] and p["schema"]'
fi

# Samples are told wherever they are listed.
cp good.csv sample.csv
printf '{"sample": true}\n' >sample.csv.meta.json
colonnade ingest calls sample.csv --allow-rejects --quiet >account
for listing in 'info' 'info calls' 'info --format csv' 'info calls --format json' 'rejects calls sample' \
    'rejects calls sample --format csv' 'rejects calls sample --format json'; do
    # shellcheck disable=SC2086
    colonnade $listing >listed
    grep -q 'SAMPLE DATA – NOT REAL' listed || fail "'$listing' does not mark the sample: $(cat listed)"
done
! colonnade rejects calls good | grep -q SAMPLE || fail 'a real partition is marked as a sample'
