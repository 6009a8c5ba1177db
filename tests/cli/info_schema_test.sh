#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# `colonnade info DATASET --schema`: the type of every column in every
# partition, and that of all together.

set -euo pipefail
# shellcheck source=../acceptance/checks.sh
. "$COLONNADE_SOURCE/tests/acceptance/checks.sh"

printf 'id,speed,limit,note\n1,30,a,x\n' >2014.csv
printf 'ID,Speed,limit,closed\n2,30.5,1,yes\n' >2015.csv
printf 'id,speed,note,when\n3,,z,2016-01-01\n' >type.csv # a name that is a member's
expect 0 3 '' ingest roads 2014.csv 2015.csv type.csv --schema auto --store store
cat >want <<'END'
column,type,role,2014,2015,type
record,integer,,integer,integer,integer
id,integer,,integer,integer,integer
speed,text,,integer,double,category
limit,text,,category,integer,not recorded
note,category,,category,not recorded,category
closed,boolean,,not recorded,boolean,not recorded
when,timestamp,,not recorded,not recorded,timestamp
END
for ranks in 1 3; do
    expect 0 $ranks '' info roads --schema --store store --format csv
    same want out 'the matrix'
done
expect 0 1 '' info --schema roads --store store
grep -qE '^speed +text +integer +double +category$' out || fail "the table: $(cat out)"
expect 0 1 '' info roads --schema --store store --format json
CHECKS_DONE=$((CHECKS_DONE + 1))
python3 - <<'END' || fail "as JSON: $(cat out)"
import json
about = {column["column"]: column for column in json.load(open("out"))}
assert list(about) == ["record", "id", "speed", "limit", "note", "closed", "when"]
assert about["limit"] == {
    "column": "limit", "type": "text", "role": None, "partitions": {"2014": "category", "2015": "integer", "type": None}
}
END

for ranks in 1 3; do
    expect 2 $ranks '--schema needs DATASET' info --schema --store store
    expect 2 $ranks 'ask one at a time' info roads --schema --provenance --store store
    expect 2 $ranks 'DATASET alone' info roads --schema --duplicates --store store
done

# Integers that are doubles elsewhere.
printf 'number\n9007199254740993\n' >whole.csv
printf 'number\n1.5\n' >broken.csv
expect 0 1 '' ingest mixed whole.csv broken.csv --schema auto --store mixed
expect 0 1 '' info mixed --schema --store mixed
says err "column 'number' is integer in some partitions and answers as double"
expect 0 1 '' export mixed --partition whole --store mixed
says out 9007199254740993
expect 0 1 '' remove mixed broken --yes --store mixed
expect 0 1 '' info mixed --schema --store mixed
! grep -q 'answers as double' err || fail "a column of integers is told of: $(cat err)"
finish
