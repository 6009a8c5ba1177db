#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# `colonnade scan` of several files: a row for each, or one schema that every
# value of all of them fits, whatever their order and the number of ranks.

set -euo pipefail
# shellcheck source=ranks.sh
. "$COLONNADE_SOURCE/tests/cli/ranks.sh"

# ends STATUS COMMAND...: its output is `out`, its standard error `err`.
ends() {
    local status=$1 got=0
    shift
    "$@" >out 2>err </dev/null || got=$?
    [ "$got" = "$status" ] || fail "$*: status $got, not $status: $(cat err)"
}

says() { grep -qF -- "$1" err || fail "standard error lacks '$1': $(cat err)"; }
is_silent_about() { ! grep -F -- "$1" err || fail "standard error has '$1'"; }

# property FILE COLUMN KEY: of a proposal.
property() {
    python3 - "$@" <<'END'
import json, sys
[dataset] = json.load(open(sys.argv[1]))["datasets"].values()
[column] = [c for c in dataset["columns"] if c["name"] == sys.argv[2]]
print(json.dumps(column.get(sys.argv[3])))
END
}

expect() {
    [ "$(property out "$1" "$2")" = "$3" ] || fail "$1: $2 is $(property out "$1" "$2"), not $3"
}

# ---- Files that differ ----

# Other columns, another order, another spelling; day and month, a leading zero
# and a fraction show in the last row of the last file only.
mkdir trips
rows() { awk -v n="$1" -v what="$2" 'BEGIN { for (i = 1; i <= n; i++) { row = what; gsub("#", i, row); print row } }'; }
{ echo 'Trip No.,Start,Zip,Price,Old' && rows 200 '#,1/2/2015,80204,#,#'; } >trips/trips_2015.csv
{ echo 'Trip No.,Start,Zip,Price' && rows 100 '#,1/3/2016,80204,#'; } >trips/trips_2016.csv
{ echo 'zip,PRICE,start,New,trip no' && rows 100 '80204,#,1/4/2017,yes,#' && echo '00217,0.5,14/3/2017,no,7'; } >trips/trips_2017.csv
printf 'not,of,them\n1,2,3\n' >trips/other.csv

for count in 1 2 3; do
    ends 0 ranks $count scan --schema 'trips/trips_*.csv' --stripe-size 100 -o joint.$count
    cmp joint.1 joint.$count || fail "the schema of $count ranks differs"
done
says 'warning: trips/trips_2016.csv lacks 2 columns that other files have: "Old", "New"'
says 'warning: trips/trips_2017.csv lacks 1 column that other files have: "Old"'
is_silent_about other.csv
is_silent_about 'another dialect'
cp joint.1 out
expect trip_no type '"integer"'
expect trip_no title '"Trip No."'
expect start formats '["%d/%m/%Y"]'
expect zip type '"category"'
expect price type '"double"'
expect old type '"integer"'
expect new type '"boolean"'
python3 - <<'END' || fail "the order of columns: $(cat out)"
import json
[(name, dataset)] = json.load(open("out"))["datasets"].items()
assert name == "trips", name
assert [c["name"] for c in dataset["columns"]] == ["trip_no", "start", "zip", "price", "old", "new"]
END
ends 0 ranks 2 scan --schema trips/trips_2017.csv trips/trips_2015.csv trips/trips_2016.csv
cmp out joint.1 || fail "the schema depends on the order of the files"

# Without the file of the last row it is another: the test can fail.
ends 0 "$COLONNADE" scan --schema trips/trips_2015.csv trips/trips_2016.csv
expect zip type '"integer"'
expect start formats '["%m/%d/%Y"]'

# All of it is taken, with no bad cell.
ranks 2 ingest trips 'trips/trips_*.csv' --config joint.1 --store store --format json >account.json 2>err || fail "not taken: $(cat err)"
python3 - <<'END' || fail "not taken: $(cat account.json)"
import json
accounts = json.load(open("account.json"))
assert [a["stored"] for a in accounts] == [200, 100, 101], accounts
assert all(a["bad_cells"] == 0 and a["rejected"] == 0 for a in accounts), accounts
END

ends 0 ranks 3 scan --schema 'trips/trips_*.csv' --format csv
grep -qxF 'Trip No.,trip_no,integer,,3,401,0,200,,' out || fail "the table: $(cat out)"
grep -qxF 'New,new,boolean,,1,101,0,2,,' out || fail "the table: $(cat out)"

# ---- A row for each ----

ends 0 "$COLONNADE" scan trips/trips_2015.csv --format csv
awk -F, 'NR > 1 { print $1 }' out >names
awk -F, 'NR > 1 { print $2 }' out >values
for count in 1 3; do
    ends 0 ranks $count scan trips/trips_2017.csv trips/trips_2015.csv --format json --stripe-size 100
    python3 - <<'END' || fail "rows at $count ranks: $(cat out)"
import json
rows = json.load(open("out"))
assert [r["file"] for r in rows] == ["trips/trips_2017.csv", "trips/trips_2015.csv"]
names, values = open("names").read().splitlines(), open("values").read().splitlines()
assert list(rows[0])[1:] == names
for name, value in zip(names, values):
    if name not in ("delimiter", "quote"):  # which are quoted in CSV
        assert str(rows[1][name] if rows[1][name] is not None else "") == value, name
assert rows[0]["records"] == 101
END
done
ends 0 "$COLONNADE" scan 'trips/*'
[ "$(awk 'NR > 2 { print $1 }' out | tr '\n' ' ')" = 'trips/other.csv trips/trips_2015.csv trips/trips_2016.csv trips/trips_2017.csv ' ] ||
    fail "a pattern: $(cat out)"
[ "$(head -n 1 out | awk '{ print $1 }')" = file ] || fail "the table: $(cat out)"

# ---- Compressed ones and plain ones ----

mkdir mixed
gzip -nc trips/trips_2015.csv >mixed/trips_2015.csv.gz
gzip -nc trips/trips_2016.csv >mixed/trips_2016.csv.gz
cp trips/trips_2017.csv mixed/
ends 0 "$COLONNADE" scan 'trips/trips_*' --format csv
sed 's/^trips/mixed/; s/\(201[56].csv\)/\1.gz/' out >expected
for count in 1 2 3; do
    ends 0 ranks $count scan --schema 'mixed/*'
    cmp out joint.1 || fail "compressed, the schema is another at $count ranks"
    says 'warning: mixed/trips_2016.csv.gz lacks 2 columns'
    ends 0 ranks $count scan 'mixed/*' --format csv
    cmp out expected || fail "compressed, the rows are others at $count ranks: $(diff out expected)"
done

# ---- What cannot be read ----

head -c 100 mixed/trips_2015.csv.gz >mixed/damaged.csv.gz
for count in 1 3; do
    ends 3 ranks $count scan mixed/damaged.csv.gz mixed/trips_2015.csv.gz missing.csv mixed/trips_2016.csv.gz mixed/trips_2017.csv --schema
    cmp out joint.1 || fail "a file that cannot be read changes the schema of the others at $count ranks"
    says 'damaged.csv.gz is damaged: it ends too early'
    says 'there is no file missing.csv'
    says 'warning: the schema leaves out 2 of 5 files, for they could not be read: mixed/damaged.csv.gz, missing.csv'
    ends 3 ranks $count scan missing.csv 'mixed/*' --format csv
    cmp out expected || fail "a file that cannot be read keeps the others from it at $count ranks"
done

# Of several, the worst: a header without a reading is 1, no file is 3.
printf 'a\x81,b\n1,2\n' >bad.csv
ends 1 ranks 2 scan --schema bad.csv trips/other.csv --header -o worst.json
[ -s worst.json ] || fail "no schema of the file that has one"
says 'warning: the schema leaves out 1 of 2 files, for they could not be read: bad.csv'
cp worst.json former.json
ends 2 ranks 2 scan --schema trips/other.csv 'nothing*.csv' -o worst.json
cmp worst.json former.json || fail "a pattern without a match ends the command, but a schema is written"
ends 3 ranks 2 scan --schema bad.csv missing.csv trips/other.csv --header
says 'warning: the header of bad.csv'
says 'colonnade: there is no file missing.csv'
ends 3 "$COLONNADE" scan missing.csv gone.csv
[ ! -s out ] || fail "a table of nothing: $(cat out)"
ends 2 "$COLONNADE" scan 'nothing*.csv'
says 'no file matches "nothing*.csv"'

# ---- The same file, the same name ----

ln -s trips/other.csv link.csv
for twice in "trips/other.csv trips/other.csv" "trips/* ./trips/other.csv" "trips/other.csv link.csv"; do
    for option in --schema --profile; do
        # shellcheck disable=SC2086,SC2046 # a list, of which the pattern is for scan
        ends 2 ranks 2 scan $option $(set -f && printf '%s ' $twice)
        says 'is given twice'
        says '; leave one out'
    done
done
says 'colonnade: link.csv is given twice, also as trips/other.csv; leave one out'
ends 2 "$COLONNADE" scan gone.csv gone.csv
says 'colonnade: gone.csv is given twice; leave one out'

# The order is that of the names, however their paths are spelt.
mkdir z y
printf 'b,a\n1,2\n' >z/b.csv
printf 'a,c\n1,2\n' >a.csv
cp z/b.csv y/b.csv
ends 0 "$COLONNADE" scan --schema z/b.csv a.csv
cp out expected
is_silent_about 'both be'
for files in './z/b.csv a.csv' "$PWD/z/b.csv ./a.csv" "z/b.csv $PWD/a.csv"; do
    # shellcheck disable=SC2086 # a list
    ends 0 "$COLONNADE" scan --schema $files
    cmp out expected || fail "the schema depends on how paths are spelt: $files: $(diff out expected)"
done
ends 0 ranks 2 scan --schema z/b.csv a.csv y/b.csv
says 'warning: y/b.csv and z/b.csv would both be the partition "b"; ingest refuses them together'

# ---- Another dialect, no header ----

{ echo 'a,b,c' && rows 20 '#,x#,#.5'; } >part_1.csv
rows 20 '#,y#,#' >part_2.csv
{ echo 'c;a;b' && rows 20 '#;#;00#'; } >part_3.csv
: >part_4.csv
for order in 'part_1.csv part_2.csv part_3.csv part_4.csv' 'part_3.csv part_4.csv part_1.csv part_2.csv'; do
    # shellcheck disable=SC2086 # a list
    ends 0 ranks 2 scan --schema $order
    says 'warning: part_2.csv has another dialect (delimiter ,, quote ", no header) than the one proposed (delimiter ,, quote ", a header); ingest it with --detect'
    says 'warning: part_3.csv has another dialect (delimiter ;'
    says 'warning: part_4.csv lacks 3 columns'
    expect a type '"integer"'
    expect b type '"category"'
    expect c type '"double"'
    [ "$(grep -c '"name"' out)" = 3 ] || fail "columns without a name are not those with: $(cat out)"
    grep -qF '"part"' out || fail "the name of the dataset: $(cat out)"
done

# Names that come twice are told apart by their turn, and none by its place.
printf 'n,N,\n1,x,2\n' >twice_1.csv
printf 'N,n,\n2,y,z\n' >twice_2.csv
ends 0 "$COLONNADE" scan --schema --format csv twice_1.csv twice_2.csv
cut -d, -f 1-5 out >columns
printf 'header,name,type,formats,in_files\nn,n,integer,,2\nN,,category,,2\n"",,category,,2\n' | diff - columns >&2 || fail "columns of the same name"

ends 0 "$COLONNADE" scan --schema twice_1.csv twice_2.csv
says 'warning: twice_1.csv: column 2 ("N"): an earlier column has the same name; ingest refuses the file until its names differ'
says 'warning: twice_2.csv: column 2 ("n"): an earlier column has the same name; ingest refuses the file'
[ "$(grep -c 'same name' err)" = 2 ] || fail "equal names: $(cat err)"
ends 1 "$COLONNADE" ingest twice twice_2.csv --schema auto --store store

# As many as a file may have.
python3 -c 'print(",".join(["a"] * 4096)); print(",".join(["1"] * 4096))' >equal.csv
printf 'A\n2\n' >once.csv
ends 0 "$COLONNADE" scan --schema --format csv equal.csv once.csv
says 'warning: equal.csv: column 2 ("a"): an earlier column has the same name, as have 4094 more; ingest refuses'
is_silent_about 'once.csv: column'
[ "$(grep -c '^a,' out)" = 4096 ] || fail "$(grep -c '^a,' out) columns of the same name"

# ---- No header, and columns that cannot be declared ----

# fits FILE...: ingest takes every value of the files by their proposal.
fits() {
    ends 0 ranks 2 scan --schema "$@" -o proposal.json
    mv err warnings
    rm -rf store
    "$COLONNADE" ingest data "$@" --detect --config <(sed 's/^    "[a-z_0-9]*": {/    "data": {/' proposal.json) \
        --store store --format json >account.json 2>err || fail "not taken: $(cat err)"
    python3 - <<'END' || fail "not taken by its proposal: $(cat account.json proposal.json)"
import json
accounts = json.load(open("account.json"))
assert sum(a["stored"] for a in accounts) > 0 and all(a["bad_cells"] == 0 and a["rejected"] == 0 for a in accounts)
END
    mv warnings err
}

for gap in '' record Id; do
    { echo "id,$gap,amount" && rows 20 '#,x#,#'; } >q_1.csv
    rows 20 '#,y#,#.5' >q_2.csv
    [ "$gap" = Id ] || fits q_1.csv q_2.csv
    ends 0 "$COLONNADE" scan --schema q_1.csv q_2.csv
    says "q_2.csv has no header, and column 2 (\"$gap\") of q_1.csv cannot be declared, so ingest takes column 2 of q_2.csv"
    expect amount type '"category"'
    expect column_3 type '"double"'
done
{ echo 'id,amount,' && rows 20 '#,#,x#'; } >q_1.csv
rows 20 '#,#.5,y#' >q_2.csv
fits q_1.csv q_2.csv
is_silent_about 'cannot be declared'

# A name that is taken.
{ echo 'id,column_3' && rows 20 '#,x#'; } >v_1.csv
rows 20 '#,y#,#' >v_2.csv
fits v_1.csv v_2.csv
is_silent_about 'same name'
ends 0 "$COLONNADE" scan --schema v_1.csv v_2.csv
expect column_3 type '"category"'
expect column_3_2 type '"integer"'
expect column_3_2 title '"column_3"'

# A long title of a short name.
{ printf 'a%0300d,b\n' 0 | tr 0 ' ' | sed 's/,b/z,b/' && rows 20 '#,#'; } >long_1.csv
{ echo 'A z,b' && rows 20 'x#,#'; } >long_2.csv
fits long_1.csv long_2.csv
[ "$(grep -c '"name"' proposal.json)" = 2 ] || fail "a long title: $(cat proposal.json)"

# ---- Many columns ----

# wide FIRST COUNT WORD [NAMED]: of 3,000 rows, the first column another value in each.
wide() {
    awk -v first="$1" -v count="$2" -v word="$3" -v named="${4:-}" 'BEGIN {
        for (row = named ? 0 : 1; row <= 3000; row++) {
            line = row ? word row : "c" first
            for (c = 1; c < count; c++) line = line "," (row ? row % 2 : "c" first + c)
            print line
        }
    }'
}
# What is too many depends on how many columns there are, not on who names them.
wide 0 200 x named >w_1.csv
wide 0 200 x >w_2.csv
ends 0 ranks 2 scan --schema w_1.csv w_2.csv
says 'w_2.csv has another dialect'
expect c0 type '"category"'
wide 200 200 y named >w_3.csv
ends 0 ranks 2 scan --schema w_1.csv w_3.csv
expect c0 type '"text"'

# More than are stored.
header() { seq -s , -f "c%g" "$1" "$2"; }
{ header 1 3000 && header 1 3000 | tr -d c; } >many_1.csv
{ header 2001 4096 && header 2001 4096 | tr -d c; } >many_2.csv
header 1 4097 | tr -d c | sed 'p;p' | cut -d, -f 1-4096 >many_3.csv
{ echo c4097,c1 && echo 1,2; } >many_4.csv
ends 0 "$COLONNADE" scan --schema many_1.csv many_2.csv many_3.csv
[ "$(grep -c '"name"' out)" = 4096 ] || fail "4,096 columns: $(grep -c '"name"' out)"
ends 1 ranks 2 scan --schema many_1.csv many_2.csv many_3.csv many_4.csv -o beyond.json
says 'with many_4.csv there are 4097 columns in all files together; at most 4096 are stored'
[ ! -e beyond.json ] || fail "a schema of more columns than are stored"
ends 0 "$COLONNADE" scan many_1.csv many_2.csv many_3.csv many_4.csv
