#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# `colonnade scan --schema`: what it proposes for a file is a configuration
# with which the same file is stored without a bad cell, the same bytes for any
# number of ranks. With $COLONNADE_TEST_DATA the real files are proposed too.

set -euo pipefail
# shellcheck source=ranks.sh
. "$COLONNADE_SOURCE/tests/cli/ranks.sh"

stripe=7

# is_taken FILE DATASET RECORDS: proposed by 1 and by 3 ranks, the same; stored
# with the proposal, all of it.
is_taken() {
    local file=$1 dataset=$2 records=$3
    ranks 1 scan --schema "$file" -o one.json 2>one.err || fail "$file: $(cat one.err)"
    ranks 3 scan "$file" --schema --stripe-size "$stripe" -o three.json 2>three.err || fail "$file at 3 ranks: $(cat three.err)"
    cmp one.json three.json || fail "$file: the proposals of 1 and 3 ranks differ"
    rm -rf store
    ranks 3 ingest "$dataset" "$file" --config one.json --store store --format json >account.json 2>err ||
        fail "$file is not taken: $(cat err)"
    python3 - "$records" <<'END' || fail "$file: $(cat account.json)"
import json, sys
[account] = json.load(open("account.json"))
assert account["bad_cells"] == 0 and account["rejected"] == 0, account
assert account["stored"] == int(sys.argv[1]), account
END
}

# property COLUMN KEY: of the proposal one.json.
property() {
    python3 - "$@" <<'END'
import json, sys
[dataset] = json.load(open("one.json"))["datasets"].values()
[column] = [c for c in dataset["columns"] if c["name"] == sys.argv[1]]
print(json.dumps(column.get(sys.argv[2])))
END
}

expect() {
    [ "$(property "$1" "$2")" = "$3" ] || fail "$1: $2 is $(property "$1" "$2"), not $3"
}

# ---- Every kind of column, with a surprise in the last record ----

# Titles, semicolons, a quote that is an apostrophe; Windows-1252; blanks.
{
    printf "Trips of the year;;;;;;;;\n\n"
    printf "Trip No.;Start time;Day;Both ways;Zip;Price;Open;Nothing;record;'Caf\351; name'\n"
    for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
        printf "%s;2015-01-%s 10:00:00;%s/1/2015;%s/2/2015;80204;%s.5;yes; ;r%s;'a; b'\n" $i $i $i $i $i $i
    done
    printf "13;2015-01-13;13/1/2015;1/2/2015;00217;14;N;;r;caf\351\n"
} >Trips-2015.csv
is_taken Trips-2015.csv trips_2015 13
expect trip_no type '"integer"'
expect trip_no title '"Trip No."'
expect start_time formats '["%Y-%m-%d %H:%M:%S", "%Y-%m-%d"]'
expect day formats '["%d/%m/%Y"]' # decided by the last record
expect both_ways formats '["%m/%d/%Y"]'
grep -qF '("Both ways"): all dates fit with the day first, too' one.err || fail "ambiguity is not told: $(cat one.err)"
expect zip type '"category"' # no number: one begins with a zero
expect price type '"double"'
expect open type '"boolean"'
expect nothing type '"auto"'
grep -qF '("record"): its name is that of the record numbers' one.err || fail "record: $(cat one.err)"
grep -qF '"title": "Café; name"' one.json || fail "the name in Windows-1252: $(grep caf one.json)"
grep -qF '"delimiter": ";", "quote": "'"'"'", "header": true, "skip_lines": 2' one.json || fail "dialect: $(cat one.json)"

# ---- As a table, with counts ----

ranks 3 scan Trips-2015.csv --schema --format csv >table.csv 2>err
grep -qxF 'Both ways,both_ways,timestamp,%m/%d/%Y,13,0,12,"all dates fit with the day first, too; the month first was taken",' table.csv ||
    fail "the table: $(cat table.csv)"
grep -qxF 'Nothing,nothing,auto,,0,13,0,it has no values,' table.csv || fail "a column of nulls: $(grep Nothing table.csv)"

# ---- No header, names that cannot be declared, no quotes ----

printf '1|2\n3|4\n5|6.5\n' >2.csv
is_taken 2.csv data_2 3
expect column_2 type '"double"'
printf 'a,A ,,"b\nc"\n1,2,3,4\n2,3,4,5\n' >names.csv
ranks 3 scan names.csv --schema -o one.json 2>err
grep -qF 'column 2 ("A "): an earlier column has the same name' err || fail "equal names: $(cat err)"
grep -qF 'column 3 (""): it has no name' err || fail "no name: $(cat err)"
expect b_c type '"integer"'
printf 'size,n\n5" pipe,1\n"6 inch,2\n7" pipe,3\n8,4\n9,5\n10,6\n11,7\n12,8\n' >inches.csv
is_taken inches.csv inches 8
grep -qF '"quote": "none"' one.json || fail "quotes that are none: $(cat one.json)"

# ---- Text or category ----

stripe=10k
{
    printf 'few,many\n'
    awk 'BEGIN { for (i = 0; i < 5000; i++) printf "v%d,w%d\n", i % 4096, i % 4097 }'
} >distinct.csv
is_taken distinct.csv distinct 5000
expect few type '"category"'
expect many type '"text"'

# ---- Found without a configuration as well ----

rm -rf store
printf '# made by x\na;b\n1;x\n2;y\n3;z\n' >plain.csv
ranks 3 ingest plain plain.csv --schema auto --detect --store store --format csv >out 2>err || fail "$(cat err)"
grep -qF 'plain.csv: delimiter ;, quote ", a header, 1 line before the table' err || fail "--detect: $(cat err)"
"$COLONNADE" info plain --store store | grep -qE '^a +.*integer' || fail "--detect: $("$COLONNADE" info plain --store store)"

# ---- The real files ----

if [ ! -d "${COLONNADE_TEST_DATA:-/nonexistent}/data" ]; then
    echo "the real data are absent (COLONNADE_TEST_DATA): not proposed"
    exit 0
fi
data=$COLONNADE_TEST_DATA/data
stripe=1M
is_taken "$data/traffic_accidents_2015_2017.csv" traffic_accidents_2015_2017 72610
is_taken "$data/traffic_accidents_2009_2014.csv" traffic_accidents_2009_2014 4171
is_taken "$data/311_service_data_2015_sample.csv" data_311_service_data_2015_sample 47170
echo "three real files"
