#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# What verify says of whole stores, and of stores in which something is wrong.

set -euo pipefail
# shellcheck source=../acceptance/checks.sh
. "$COLONNADE_SOURCE/tests/acceptance/checks.sh"
export COLONNADE_STORE=store

expect 2 2 "there is no store 'store'" verify
mkdir store
expect 0 2 '' verify
says err "the store 'store' is empty"
rmdir store

cat >config.json <<'JSON'
{"datasets": {"calls": {"columns": [
  {"name": "number", "type": "integer"},
  {"name": "kind", "type": "category"},
  {"name": "cost", "type": "double"},
  {"name": "open", "type": "boolean"},
  {"name": "day", "type": "timestamp", "formats": ["%Y-%m-%d"]},
  {"name": "note", "type": "text"}]}}}
JSON
# Records with nulls, a bad cell, one that is converted, a short one and blank lines.
rows() {
    printf '\xef\xbb\xbf\nNumber,Kind,Cost,Open,Day,Note\n'
    for ((i = 0; i < 40; i++)); do printf '%d,kind%d,%d.25,true,2015-01-02,note %d\n\n' "$i" $((i % 7)) "$i" "$i"; done
    printf ',,,,,\nseven,a,1.5,false,2015-01-02,caf\xe9\n4,b\n'
}
rows >2015.csv
rows | sed -n 1,30p | tee 2016.csv >2017.csv # sed reads to the end, so that the pipe does not break
printf 'Number,Kind,Cost,Open,Day,Note\n' >empty.csv
gzip 2017.csv
expect 0 1 '' ingest calls 2015.csv 2016.csv 2017.csv.gz empty.csv --allow-rejects --quiet
expect 0 1 '' ingest other 2015.csv --schema auto --allow-rejects --quiet

# A whole store, the same for any number of ranks.
for ranks in 1 2 3; do
    expect 0 $ranks '' verify --format csv
    [ $ranks = 1 ] && cp out whole
    same whole out "what $ranks ranks say"
    ! grep -q warning err || fail "a whole store is warned of: $(cat err)"
done
says whole 'dataset,partition,rows,zones,size_bytes,faults,sample'
[ "$(grep -c ',0,$' whole)" = 5 ] || fail "not every partition is whole: $(cat whole)"
expect 0 1 '' verify other --format csv
[ "$(wc -l <out)" = 2 ] || fail "another dataset is told: $(cat out)"
for way in never always; do
    COLONNADE_MMAP=$way expect 0 2 '' verify --format csv
    same whole out "with maps $way"
done
expect 2 3 "has no dataset 'taxis'" verify taxis

# A value that is wrong, and where it stands.
cp -r store good
file=$(echo store/calls/partitions/2015.*.h5)
offset=$(grep -abo 'note 30note 31' "$file" | head -n 1 | cut -d: -f1)
printf 'X' | dd of="$file" bs=1 seek=$((offset + 5)) conv=notrunc status=none
for ranks in 1 3; do
    expect 1 $ranks "1 fault was found in the store 'store'" verify
    says err "warning: dataset 'calls', partition '2015', column 'note', zone 1, row 1: texts do not have the checksum"
    # Whoever reads the values is told as well, and gets none of them.
    expect 3 $ranks "column 'note'" export calls -o rows.csv
    [ ! -e rows.csv ] || fail "$ranks ranks: rows of a damaged block were exported"
    expect 0 $ranks '' export calls --columns number -o numbers.csv
done
expect 1 1 'fault' verify calls --format csv
says out 'calls,2015,42,'
[ "$(grep -c ',1,$' out)" = 1 ] || fail "one partition has one fault: $(cat out)"

# Files that are cut or gone; the others are checked.
rm -rf store && cp -r good store
rm store/calls/partitions/empty.*.h5
truncate -s -100 store/calls/partitions/2016.*.h5
printf 'no HDF5' >store/other/master.h5
printf 'old' >store/calls/partitions/2015.00.h5
expect 3 3 'faults were found' verify --format csv
says err "partition 'empty'"
says err "partition '2016'"
says err 'store/other/master.h5 cannot be read'
says err "dataset 'calls' does not need partitions/2015.00.h5"
[ "$(wc -l <out)" = 5 ] || fail "not every partition is told: $(cat out)"
[ "$(grep -c ',0,$' out)" = 2 ] || fail "two partitions are whole: $(cat out)"

# A file that is whole but not the one that the master means.
rm -rf store && cp -r good store
cp store/other/partitions/2015.*.h5 "$file"
expect 3 1 'found in the store' verify calls
says err 'bytes, not'
# What nobody needs is told and no fault.
rm -rf store && cp -r good store
cp "$file" store/calls/partitions/2015.0123456789abcdef.h5
expect 0 1 '' verify
says err 'does not need partitions/2015.0123456789abcdef.h5'

# What a refused first ingest leaves is no dataset, or one without a master: the others are checked.
rm -rf store && cp -r good store
printf '"Number,Kind\n1' >torn.csv
expect 1 2 'no column that the dataset' ingest calls torn.csv --store fresh
[ ! -e fresh/calls ] || fail "a refused file left folders: $(find fresh/calls)"
printf 'Number,Kind\n1\n' >short.csv
expect 1 2 'rejected' ingest short short.csv --schema auto
[ -e store/short/unpublished/short.h5 ] || fail "the list of rejects has gone: $(find store/short)"
expect 0 1 '' rejects short --format csv
says out 'short'
expect 0 2 '' verify --format csv
same whole out 'a store with a dataset that is not published'
says err "dataset 'short' has no master"
expect 0 1 '' remove short --yes
[ ! -e store/short ] || fail "the dataset that was not published is left: $(find store/short)"
finish
