#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# `colonnade scan`: the account of a file, the same for any number of ranks
# and any stripe size, with parts that add up. With $COLONNADE_TEST_DATA the
# real files are counted too, by awk and by it.

set -euo pipefail
# shellcheck source=ranks.sh
. "$COLONNADE_SOURCE/tests/cli/ranks.sh"

# Of few and strange records nothing is detected with certainty.
standard=(--delimiter ',' --quote '"' --header --newlines-in-quotes yes --skip-lines 0)

# same_everywhere ARGUMENT...: the account is that of the file `expected`.
same_everywhere() {
    local count size
    while read -r count size; do
        ranks "$count" scan "$@" "${standard[@]}" --format csv --stripe-size "$size" >out </dev/null || fail "scan $* at $count ranks ended with $?"
        cmp -s out expected || {
            diff expected out >&2
            fail "scan $* at $count ranks and stripes of $size differs"
        }
    done <<<"1 40
3 1"
}

# value NAME [FILE]: one finding of an account.
value() {
    awk -F, -v name="$1" '$1 == name { print $2; found = 1 } END { exit !found }' "${2:-out}" || fail "no finding '$1'"
}

# ---- Every kind of record, byte and line end ----

# Header; a good record, a ragged short one, a ragged long one, a malformed
# one, one in UTF-8, one in Windows-1252, one in neither; blank lines; a literal
# quote; an unterminated record at the end.
printf '\357\273\277\n"a",b\r\n1,"x\n""y"""\r\n\n2\n3,4,5\r"6"x,7\n\303\251,8\n\351,9\n\201,10\n11"",12\r\r\n13,"open' >all.csv
cat >expected <<'END'
finding,value
sample,
delimiter,","
quote,""""
header,yes
line ends in quotes,yes
lines before the table,0
lines behind the table,0
bytes,72
bytes: byte-order mark,3
bytes: header,7
bytes: well-formed records,30
bytes: other records,28
bytes: blank lines,4
records,9
records: well-formed,4
records: text after a closing quote,1
records: a quote that is not closed,1
records: too few fields,1
records: too many fields,1
records: bytes that the encoding does not define,1
records: longer than the maximum record,0
first record that is not well-formed,3
its offset in the file,25
encoding: records in ASCII,6
encoding: records in UTF-8 beyond ASCII,1
encoding: records that are not UTF-8,2
longest record in bytes,13
columns,2
fields,18
fields: fewest in a record,1
fields: most in a record,3
fields: quoted,3
quotes in unquoted text,2
blank lines,3
line ends: LF,5
line ends: CRLF,1
line ends: CR,2
line ends: none,1
END
same_everywhere all.csv

sum_of_parts() {
    awk -F, '/^bytes,/ { all = $2 } /^bytes: / { sum += $2 } END { exit all == sum ? 0 : 1 }' "$1"
}
sum_of_parts expected || fail "the parts do not add up"

# Without a header the first record is one of them; with no fallback nothing
# but UTF-8 is accepted; without quotes nothing is malformed.
"$COLONNADE" scan all.csv --format csv --quote '"' --no-header >out
[ "$(value records)" = 10 ] || fail "--no-header: $(value records) records"
[ "$(value 'bytes: header')" = 0 ] || fail "--no-header has a header"
[ "$(value 'first record that is not well-formed')" = 3 ] || fail "numbers begin at 1 without a header"
sum_of_parts out || fail "the parts do not add up without a header"
"$COLONNADE" scan all.csv "${standard[@]}" --format csv --encoding none >out
[ "$(value 'records: bytes that the encoding does not define')" = 2 ] || fail "--encoding none"
"$COLONNADE" scan all.csv --format csv --quote none >out
[ "$(value 'records: text after a closing quote')" = 0 ] || fail "--quote none"
sum_of_parts out || fail "the parts do not add up without quotes"
"$COLONNADE" scan all.csv --format csv --quote '"' --newlines-in-quotes no >out
[ "$(value 'records: a quote that is not closed')" = 2 ] || fail "--newlines-in-quotes no"

# ---- The same as a table and as JSON ----

"$COLONNADE" scan all.csv "${standard[@]}" >out
[ "$(head -n 1 out)" = all.csv ] || fail "the table does not name the file"
grep -qE '^records: too few fields +1$' out || fail "no such line in the table"
"$COLONNADE" scan all.csv "${standard[@]}" --format json >out
grep -qF '"finding":"records","value":9' <(tr -d ' \n' <out) || fail "no such object in JSON: $(cat out)"

# ---- Nothing, or hardly anything, in the file ----

: >empty.csv
"$COLONNADE" scan empty.csv --format csv >out
[ "$(value bytes)$(value records)$(value columns)" = 000 ] || fail "an empty file"
[ "$(value 'fields: most in a record')" = "" ] || fail "an empty file has fields"
printf 'a,b\n' >header.csv
ranks 3 scan header.csv --format csv >out
[ "$(value records) $(value columns) $(value 'bytes: header')" = "0 2 4" ] || fail "a file with a header only"

# ---- What nobody said of the file ----

# Titles, semicolons, decimal commas, apostrophes as quotes, notes at the end.
{
    printf 'Accidents\r\nas of 2020\r\n\r\nid;street;share\r\n'
    for i in 1 2 3 4 5 6 7 8 9 10 11 12; do printf "%s;'Main St; No. %s';%s,5\r\n" $i $i $i; done
    printf 'Source: the city\r\n'
} >unknown.csv
for count in 1 3; do
    ranks $count scan unknown.csv --format csv >out
    [ "$(value delimiter)$(value quote)$(value header)" = ";'yes" ] || fail "not detected: $(head -n 5 out)"
    [ "$(value 'lines before the table') $(value 'lines behind the table')" = "3 1" ] || fail "titles and notes"
    [ "$(value columns) $(value 'records: well-formed') $(value 'records: too few fields')" = "3 12 1" ] || fail "records"
    [ "$(value bytes)" = "$(stat -c %s unknown.csv)" ] || fail "bytes of a file with titles"
    sum_of_parts out || fail "the parts do not add up with titles"
    ranks $count records unknown.csv --detect --format csv >records.csv 2>err
    [ "$(wc -l <records.csv)" = 13 ] || fail "records --detect: $(wc -l <records.csv)"
    sed -n 3p records.csv | grep -qxF '2;Main St; No. 2;2,5' && fail "records --detect did not cut"
    sed -n 3p records.csv | grep -qxF '2,Main St; No. 2,"2,5"' || fail "records --detect: $(sed -n 3p records.csv)"
    grep -qF "delimiter ;, quote ', a header, 3 lines before the table, 1 line behind it" err || fail "$(cat err)"
done
"$COLONNADE" scan unknown.csv --format csv --delimiter , --quote '"' --skip-lines 0 >out
grep -qxF 'delimiter,","' out || fail "a delimiter that is given does not win"
[ "$(value 'lines before the table')" = 0 ] || fail "lines that are given do not win"
[ "$(value records)" = 15 ] || fail "given: $(value records) records"
got=0
"$COLONNADE" scan unknown.csv --header --no-header 2>err || got=$?
[ "$got" = 2 ] || fail "--header and --no-header: status $got"
gzip -k unknown.csv
"$COLONNADE" scan unknown.csv.gz --format csv | grep -v '^lines behind' >out
"$COLONNADE" scan unknown.csv --format csv | grep -v '^lines behind' | cmp - out || fail "compressed, another dialect is found"

# ---- Longer than the maximum record ----

{
    printf 'a,b\n1,2\n"'
    head -c 17000000 /dev/zero
    printf '",1\nc,d\n'
} >long.csv
ranks 3 scan long.csv --format csv >out
[ "$(value 'records: longer than the maximum record') $(value records)" = "1 3" ] || fail "an over-long record"
[ "$(value 'longest record in bytes')" = 17000005 ] || fail "the size of an over-long record"
sum_of_parts out || fail "the parts do not add up with an over-long record"
cp out first
"$COLONNADE" scan long.csv --format csv --stripe-size 1G >out
cmp first out || fail "the stripe size changes what is over-long"
rm long.csv

# ---- What is refused ----

got=0
"$COLONNADE" scan missing.csv 2>err || got=$?
[ "$got" = 3 ] || fail "a missing file: status $got"
grep -qF 'there is no file missing.csv' err || fail "a missing file: $(cat err)"
got=0
"$COLONNADE" scan - 2>err </dev/null || got=$?
[ "$got" = 3 ] || fail "standard input: status $got"
grep -qF 'save it to a file' err || fail "standard input: $(cat err)"

# A header without a reading still has columns to count; names are needed for a schema.
printf 'a\x81,b\n1,2\n3,4\n' >undefined.csv
"$COLONNADE" scan undefined.csv --format csv --header >out
[ "$(value columns) $(value 'records: well-formed')" = "2 2" ] || fail "a header without a reading"
got=0
"$COLONNADE" scan undefined.csv --schema --header 2>err || got=$?
[ "$got" = 1 ] || fail "a schema without names: status $got"
grep -qF 'the header of undefined.csv' err || fail "a schema without names: $(cat err)"

# ---- The real files ----

if [ ! -d "${COLONNADE_TEST_DATA:-/nonexistent}/data" ]; then
    echo "the real data are absent (COLONNADE_TEST_DATA): not counted"
    exit 0
fi
data=$COLONNADE_TEST_DATA/data
ranks 3 scan "$data/traffic_accidents_2015_2017.csv" --format csv >out # has no quotes, so lines are records
[ "$(value records)" = $(($(wc -l <"$data/traffic_accidents_2015_2017.csv") - 1)) ] || fail "accidents: $(value records)"
[ "$(value bytes)" = "$(stat -L -c %s "$data/traffic_accidents_2015_2017.csv")" ] || fail "accidents: bytes"
[ "$(value 'records: well-formed')" = "$(value records)" ] || fail "accidents: a record is not well-formed"
ranks 3 scan "$data/311_service_data_2015_sample.csv" --format csv >out
[ "$(value records)" = 47170 ] || fail "calls: $(value records)"
[ "$(value 'encoding: records that are not UTF-8')" = 9 ] || fail "calls: records that are not UTF-8"
[ "$(value 'records: well-formed')" = 47170 ] || fail "calls: a record is not well-formed"
"$COLONNADE" scan "$data/traffic_accidents_2009_2014.csv" --format csv >out
[ "$(value records) $(value 'line ends: none')" = "4171 1" ] || fail "the oldest accidents"
echo "three real files"
