#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Freeing what the store does not need, and nothing else.

set -euo pipefail
# shellcheck source=../acceptance/checks.sh
. "$COLONNADE_SOURCE/tests/acceptance/checks.sh"
export COLONNADE_STORE=store

expect 0 1 '' clean --format csv
same <(echo dataset,files,freed_bytes) out 'an empty store'
printf 'record,city\n1,x\n2,y\n' >rows.csv
for dataset in calls trips; do expect 0 1 '' ingest $dataset rows.csv --schema auto --quiet; done
printf 'record,city\n1,x\n2,y\n3,z\n' >rows.csv
expect 0 1 '' ingest calls rows.csv --schema auto --quiet
printf 'record,city\n1\n' >bad.csv
expect 1 1 'rejected' ingest calls bad.csv --schema auto
fingerprint store >all.sum
mv store/calls/partitions/rows.*.h5 .
expect 0 1 '' ingest calls rows.csv --schema auto --quiet
cp store/calls/partitions/rows.*.h5 new.h5
mv rows.*.h5 store/calls/partitions/
same all.sum <(fingerprint store) 'the store with its old version'

printf '12345' >store/calls/partitions/.tmp-dead.h5
printf '12345' >store/calls/.tmp-master.h5-1
printf 'mine' >store/calls/partitions/notes.txt
mkdir store/foreign && printf 'mine' >store/foreign/x.00.h5
old_bytes=0
for file in store/calls/partitions/rows.*.h5; do
    cmp -s "$file" new.h5 || old_bytes=$((old_bytes + $(stat -c %s "$file")))
done
[ "$old_bytes" -gt 0 ] || fail 'there is no old version'

# Not while somebody is at work; the others are cleaned.
printf 'host elsewhere.example\nprocess 1\nstarted 1\nsince 1700000000\n' >store/calls/lock
expect 3 3 '1 of 2 datasets could not be cleaned' clean --format csv
same <(printf 'dataset,files,freed_bytes\ntrips,0,0\n') out 'the other datasets'
says err 'elsewhere.example'
[ -e store/calls/partitions/.tmp-dead.h5 ] || fail 'a live run lost its temporary file'
rm store/calls/lock

expect 0 3 '' clean --format csv
same <(printf 'dataset,files,freed_bytes\ncalls,3,%d\ntrips,0,0\n' $((old_bytes + 10))) out 'what was freed'
[ -e store/calls/partitions/notes.txt ] || fail 'a foreign file has gone'
[ -e store/foreign/x.00.h5 ] || fail 'a foreign folder was cleaned'
[ -e store/calls/unpublished/bad.h5 ] || fail 'the list of rejects has gone'
no_litter store 'clean'
expect 0 1 '' info calls --format csv
says out 'rows,3,'
expect 2 1 "has no dataset 'foreign'" clean foreign
expect 0 1 '' clean calls trips calls --format csv
same <(printf 'dataset,files,freed_bytes\ncalls,0,0\ntrips,0,0\n') out 'a second time'
finish
