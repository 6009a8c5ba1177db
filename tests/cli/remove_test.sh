#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Taking partitions, datasets and the whole store away, by scripts and on a
# terminal.

set -euo pipefail
# shellcheck source=../acceptance/checks.sh
. "$COLONNADE_SOURCE/tests/acceptance/checks.sh"
export COLONNADE_STORE=store

printf 'record,city\n1,x\n2,y\n' >2015.csv
printf 'record,city\n3,z\n' >2016.csv
for dataset in calls trips; do
    expect 0 1 '' ingest $dataset 2015.csv 2016.csv --schema auto --quiet
done
cp -r store before

# Nothing goes without a yes, and nothing that does not exist.
expect 2 1 'without a terminal to ask on' remove calls 2015
says out '2015'
expect 2 3 'without a terminal to ask on' remove --all
expect 2 1 'say what to remove' remove
expect 2 1 '--all is every dataset' remove calls --all --yes
expect 2 1 "has no dataset 'taxis'" remove taxis --yes
expect 2 1 "has no partition '2017'" remove calls 2015 2017 --yes
diff -r before store >diff.out || fail "something has changed: $(cat diff.out)"

# One partition, on several ranks; the list tells which, the history too.
expect 0 3 '' remove calls 2015 --yes --format csv
same <(printf 'dataset,partition,state,rows,size_bytes\ncalls,2015,published,2,%s\n' \
    "$(stat -c %s store/calls/partitions/2015.*.h5)") out 'what is removed'
expect 0 1 '' info calls --format csv
! grep -q '^2015,' out || fail 'the partition is still there'
says out '2016,1,'
says store/calls/history.jsonl '"action":"remove","partition":"2015","file":"partitions/2015.'
# Its file stays for those who read the former master, and comes back whole.
compgen -G 'store/calls/partitions/2015.*.h5' >/dev/null || fail 'the file did not stay'
expect 0 1 '' ingest calls 2015.csv --schema auto --quiet
same before/calls/master.h5 store/calls/master.h5 'a dataset with its partition back'

# The rejects of an ingest that did not pass are a partition's too.
printf 'record,city\n1\n2\n3\n' >bad.csv
expect 1 1 'rejected' ingest calls bad.csv --schema auto
expect 0 1 '' remove calls bad --yes --format csv
says out 'calls,bad,"rejects, not published",,'
[ ! -e store/calls/unpublished/bad.h5 ] || fail 'the rejects are still there'

# A dataset goes, but for what is not Colonnade's.
printf 'mine\n' >store/calls/notes.txt
expect 0 1 '' remove calls --yes
says err 'warning: store/calls/notes.txt was not made by Colonnade and is left'
[ "$(find store/calls -type f)" = store/calls/notes.txt ] || fail "left: $(find store/calls)"
expect 2 1 "has no dataset 'calls'" remove calls --yes
diff -r before/trips store/trips >diff.out || fail "the other dataset has changed: $(cat diff.out)"

# Somebody else is at work.
: >store/trips/lock
expect 3 1 'is locked by' remove trips --yes
rm store/trips/lock
rm -rf store/trips && cp -r before/trips store/trips

# A terminal is asked.
if command -v script >/dev/null && script -qec true /dev/null >/dev/null 2>&1 </dev/null; then
    printf 'n\n' | script -qec "'$COLONNADE' remove trips" /dev/null >asked || fail "no is no error: $(cat asked)"
    CHECKS_DONE=$((CHECKS_DONE + 1))
    grep -q "Remove the whole dataset 'trips'?" asked || fail "it did not ask: $(cat asked)"
    [ -e store/trips/master.h5 ] || fail 'it removed without a yes'
    printf 'y\n' | script -qec "'$COLONNADE' remove trips 2016" /dev/null >asked || fail "yes fails: $(cat asked)"
    expect 0 1 '' info trips --format csv
    ! grep -q '^2016,' out || fail 'yes did not remove it'
else
    echo 'not checked: the question on a terminal (there is no script command)'
fi

# Everything.
rm store/calls/notes.txt && rmdir store/calls
expect 0 3 '' remove --all --yes
[ ! -e store ] || fail "left: $(find store)"
expect 0 1 '' remove --all --yes
finish
