#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# `colonnade export`: every value as the sources had it, in order, the same
# bytes for any number of ranks; and what is written makes the same store.

set -euo pipefail
# shellcheck source=store.sh
. "$COLONNADE_SOURCE/tests/readers/store.sh"

set_python json || skip 'there is no Python'
make_store 300
everything=record,id,happened,big,flag,sure,ratio,kind,note,nothing,recent,name,level,grade,label,opened,paid,later

# ---- Values, and their order ----

expect 0 1 '' export mixed --store store --format json --columns "$everything" -o one.jsonl
expect 0 3 '' export mixed --store store --format json --columns "$everything" -o three.jsonl
same one.jsonl three.jsonl 'JSON of one and of three ranks'
expect 0 1 '' export mixed --store store -o one.csv
expect 0 3 '' export mixed --store store -o three.csv
same one.csv three.csv 'CSV of one and of three ranks'
run_reader export_reader.py one.jsonl one.csv

# Four blocks of rows, each of more text than a rank keeps.
awk 'BEGIN {
    print "id,half,name"
    for (i = 0; i < 90; i++) pad = pad "x"
    for (i = 0; i < 220000; i++) printf (i % 9 ? "%d,%d.5,n%d%s\n" : "%d,%d.5,\"a, \"\"%d%s\"\"\"\n"), i, i / 3, i, pad
}' >long.csv
expect 0 2 '' ingest long long.csv --schema auto --store store
for ranks in 1 2 3 5; do
    expect 0 $ranks '' export long --store store --memory 64M
    same long.csv out "what $ranks ranks make of many rows"
done

# ---- Parts ----

expect 0 3 '' export mixed --store store --partition 2016,2014 --columns id --columns level
printf '%s\n' id,level >want
"$PYTHON" -c '
import json
rows = [r for r in map(json.loads, open("expected.jsonl")) if r["partition"] != "2015"]
print(*("%s,%s" % (r["id"], "" if r["level"] is None else r["level"]) for r in rows), sep="\n")' >>want
same want out 'two columns of two partitions'
expect 0 1 '' export mixed --store store --partition 2015 --columns nothing
[ "$(sort -u out | tr '\n' '|')" = '""|nothing|' ] || fail "a column of nulls: $(sort -u out)"
printf 'a,b\n' >empty.csv
expect 0 1 '' ingest empty empty.csv --schema auto --store store
expect 0 3 '' export empty --store store
[ "$(cat out)" = a,b ] || fail "a partition without rows: $(cat out)"
expect 0 1 '' export empty --store store --format json
[ ! -s out ] || fail "a partition without rows: $(cat out)"

# ---- The same store from what was written ----

mkdir -p again
for year in 2014 2015 2016; do
    expect 0 3 '' export mixed --store store --partition "$year" -o "again/$year.csv"
    expect 0 3 '' ingest mixed "again/$year.csv" --schema auto --store second
done
if set_python h5py; then
    run_reader same_columns.py store/mixed second/mixed
else
    echo 'no Python here has h5py: the bytes of the columns are not compared'
fi
expect 0 1 '' export mixed --store second
same one.csv out 'what was exported, ingested and exported'

# ---- What is generated says so ----

expect 0 1 '' generate traffic_accidents --rows 100 -o sample.csv --config "$COLONNADE_SOURCE/config.json"
expect 0 1 '' ingest traffic_accidents sample.csv --store store --config "$COLONNADE_SOURCE/config.json"
launch 3 export traffic_accidents --store store -o sample-again.csv 2>err --quiet
says err 'SAMPLE DATA – NOT REAL'
expect 0 1 '' ingest traffic_accidents sample-again.csv --store second --config "$COLONNADE_SOURCE/config.json"
says out 'SAMPLE DATA – NOT REAL'

# ---- Refused ----

echo old >kept
expect 2 3 "has no column 'nix'" export mixed --store store --columns id,nix -o kept
expect 2 3 "has no partition '2099'" export mixed --store store --partition 2014,2099 -o kept
expect 2 1 "names 'id' twice" export mixed --store store --columns id,big,id -o kept
expect 2 1 "has no dataset 'nix'" export nix --store store -o kept
expect 2 1 'csv or json' export mixed --store store --format table
for ranks in 1 3; do
    expect 3 $ranks '/dev/full' export long --store store -o /dev/full
done
[ "$(cat kept)" = old ] || fail 'a failed command replaced its output'
no_litter . 'after refusals'

# ---- A damaged block is an error on whichever rank has it, and nobody waits ----

"$PYTHON" - store/long/partitions/long.*.h5 <<'END'
import sys
data = bytearray(open(sys.argv[1], "rb").read())
at = data.rindex((70000).to_bytes(4, "little") + (70001).to_bytes(4, "little"))  # the record numbers have these bytes, too, before
data[at] ^= 1
open(sys.argv[1], "wb").write(data)
END
for ranks in 1 2 3; do
    expect 3 $ranks "column 'id' of partition 'long'" export long --store store -o kept --columns id,half
done
[ "$(cat kept)" = old ] || fail 'a failed command replaced its output'

finish
