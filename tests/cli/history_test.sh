#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# What is told of each change of a dataset: by ingest when it takes a
# partition's place or refuses a file, and by history.jsonl afterwards.

set -euo pipefail
# shellcheck source=../acceptance/checks.sh
. "$COLONNADE_SOURCE/tests/acceptance/checks.sh"
export COLONNADE_STORE=store

cat >config.json <<'JSON'
{"datasets": {"calls": {"columns": [{"name": "id", "type": "text", "role": "key"}, {"name": "n", "type": "integer"}]}}}
JSON
mkdir there
printf 'id,n\na,1\n' >z.csv
printf 'id,n\nb,2\n' >there/z.csv
history=store/calls/history.jsonl

# last TEXT: the last line of the history has it.
last() {
    CHECKS_DONE=$((CHECKS_DONE + 1))
    tail -n 1 "$history" | grep -q -F -e "$1" || fail "'$1' is not told: $(tail -n 1 "$history")"
}

expect 0 1 '' ingest calls z.csv --format csv
says out 'z,published,'
last "\"file\":\"$(cd store/calls && echo partitions/z.*.h5)\""
last '"replaced":null'
last '"content_hash":"'
first=$(cd store/calls && echo partitions/z.*.h5)

# The folder is no origin: another file of the same name takes its place.
expect 0 2 '' ingest calls there/z.csv --format csv
says out 'z,replaced,'
says err 'z: took the place of the partition that had this name'
last "\"replaced\":\"$first\""
expect 0 1 '' ingest calls there/z.csv --format csv
says out 'z,unchanged,'
expect 0 1 '' clean calls
last '"action":"clean","files":1,"size_bytes":'
lines=$(wc -l <"$history")
expect 0 1 '' clean calls
[ "$(wc -l <"$history")" = "$lines" ] || fail 'cleaning nothing is told'

# A file whose keys others have is refused; those before and behind it are not.
printf 'id,n\nc,1\n' >1.csv
printf 'id,n\nb,1\n' >2.csv
printf 'id,n\nd,1\n' >3.csv
printf 'id,n\nd,2\n' >4.csv
expect 1 2 "2.csv: 1 rows of 'calls' would have a key" ingest calls ./[1-4].csv --on-duplicate fail --format csv
says out '1,published,'
says out '2,not published,'
says out '3,published,'
says out '4,not published,'
says err "warning: ./4.csv: 1 rows of 'calls' would have a key"
says err 'The dataset stays as it was'
expect 0 1 '' info calls --format csv
[ "$(cut -d, -f1 out | tr '\n' ' ')" = 'partition 1 3 z ' ] || fail "other partitions are there: $(cat out)"
no_litter store 'a refused file'
if command -v gzip >/dev/null; then
    gzip ./[1-4].csv
    for ranks in 1 3; do
        expect 0 1 '' remove calls 1 3 --yes
        expect 1 $ranks "2.csv.gz: 1 rows of 'calls' would have a key" ingest calls ./[1-4].csv.gz --format csv
        [ "$(cut -d, -f1,2 out | tr '\n' ' ')" = 'partition,result 1,published 2,not published 3,published 4,not published ' ] ||
            fail "compressed, $ranks ranks: $(cat out)"
    done
fi

# What is not read again is hashed, and that takes its time.
head -c 30000000 /dev/zero | tr '\0' 'x' | fold -w 100 | { echo n && cat; } >long.csv
expect 0 1 '' ingest other long.csv --schema auto
expect 0 1 '' ingest other long.csv --schema auto --profile
grep -E '^hash ' err | grep -q -v -E '^hash +0\.000' || fail "no time went into hashing: $(cat err)"
finish
