#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# On the real files every count equals one that SQLite, awk, grep and h5dump
# make without this program: what the report says, what stands in the store,
# the accounts, and every record as it was cut.

set -euo pipefail
# shellcheck source=checks.sh
. "$COLONNADE_SOURCE/tests/acceptance/checks.sh"

data=${COLONNADE_TEST_DATA:-}/data
[ -n "${COLONNADE_TEST_DATA:-}" ] || skip 'no real data (COLONNADE_TEST_DATA is not set)'
[ -d "$data" ] || skip "no real data in $data"
for tool in sqlite3 h5dump iconv; do
    command -v $tool >/dev/null || skip "no $tool to compute the counts with"
done
recent=traffic_accidents_2015_2017
oldest=traffic_accidents_2009_2014
calls=311_service_data_2015_sample
for file in $recent $oldest $calls; do
    [ -f "$data/$file.csv" ] || skip "no file $data/$file.csv"
done
cp "$COLONNADE_SOURCE/config.json" config.json

# ---- What the program says ----

expect 0 2 '' ingest traffic_accidents "$data/$recent.csv" "$data/$oldest.csv" --format csv
mv out accounts.csv
expect 0 3 '' ingest service_requests_311 "$data/$calls.csv" --format csv
tail -n +2 out >>accounts.csv
expect 0 3 '' report --out report
expect 0 2 '' rejects service_requests_311 --format csv -o rejects.csv
for file in $recent $oldest $calls; do
    expect 0 2 '' records "$data/$file.csv" --format json -o "$file.json"
done

# values DATASET PARTITION PATH: one value a line, as h5dump sees it.
values() {
    local -a files=(store/"$1"/partitions/"$2".*.h5)
    h5dump -d "$3" -y -w 1 -o values.txt "${files[0]}" >/dev/null
    sed -e 's/^ *//' -e 's/,$//' -e 's/^"\(.*\)"$/\1/' -e '/^$/d' values.txt | awk 1
}

# category DATASET PARTITION COLUMN: its text for each row, nothing for null.
category() {
    values "$1" "$2" "/columns/$3/categories" >categories.txt
    values "$1" "$2" "/columns/$3/codes" |
        awk 'NR == FNR { text[NR - 1] = $0; next } { print($1 < 0 ? "" : text[$1]) }' categories.txt -
}

values traffic_accidents $recent /columns/first_occurrence_date >recent.times
values traffic_accidents $oldest /columns/first_occurrence_date >oldest.times
values service_requests_311 $calls /columns/case_created_dttm >calls.times
category traffic_accidents $recent road_condition >recent.conditions
category traffic_accidents $recent neighborhood_id >recent.areas
category traffic_accidents $oldest neighborhood_id >oldest.areas
category service_requests_311 $calls neighborhood >calls.area
category service_requests_311 $calls council_district >calls.council
category service_requests_311 $calls police_district >calls.police

# ---- The same, without it ----

cat >tables.sql <<SQL
.import --csv $data/$recent.csv recent
.import --csv $data/$oldest.csv oldest
.import --csv $data/$calls.csv calls_raw
CREATE TABLE config AS SELECT CAST(readfile('config.json') AS TEXT) AS document;
CREATE TABLE synonyms AS
  SELECT d.key AS dataset, json_extract(c.value, '\$.name') AS name, s.key AS spelling, s.value AS meant
  FROM config, json_each(document, '\$.datasets') d, json_each(d.value, '\$.columns') c, json_each(c.value, '\$.synonyms') s;
CREATE TABLE good AS SELECT value FROM config, json_each(document, '\$.questions.good_conditions');
CREATE TABLE unknown AS SELECT value FROM config, json_each(document, '\$.questions.unknown_conditions');
CREATE TABLE accidents AS
  SELECT 'recent' AS file, FIRST_OCCURRENCE_DATE AS time, trim(NEIGHBORHOOD_ID) AS area, upper(trim(ROAD_CONDITION)) AS condition
  FROM recent
  UNION ALL SELECT 'oldest', FIRST_OCCURRENCE_DATE, trim(NEIGHBORHOOD_ID), NULL FROM oldest;
UPDATE accidents SET area = coalesce((SELECT meant FROM synonyms
  WHERE dataset = 'traffic_accidents' AND name = 'neighborhood_id' AND spelling = area), area);
UPDATE accidents SET condition = coalesce((SELECT meant FROM synonyms
  WHERE dataset = 'traffic_accidents' AND name = 'road_condition' AND spelling = condition), condition);
-- 07/31/2015 12:47:35 PM
CREATE TABLE calls AS
  SELECT rowid AS row, substr(t, 7, 4) || '-' || substr(t, 1, 2) || '-' || substr(t, 4, 2) || ' ' ||
         printf('%02d', substr(t, 12, 2) % 12 + (substr(t, -2) = 'PM') * 12) || substr(t, 14, 6) AS time,
         area, council, police
  FROM (SELECT rowid, "Case Created dttm" AS t, trim("Neighborhood") AS area, trim("Council District") AS council,
        trim("Police District") AS police FROM calls_raw);
UPDATE calls SET area = coalesce((SELECT meant FROM synonyms
  WHERE dataset = 'service_requests_311' AND name = 'neighborhood' AND spelling = area), area);
UPDATE calls SET council = '' WHERE council = '0'; -- there is no such district
SQL
sqlite3 counts.db <tables.sql
sql() {
    sqlite3 counts.db "$@"
}

# equal WHAT: the lines of 'wanted' are those of 'found', and there are some.
equal() {
    CHECKS_DONE=$((CHECKS_DONE + 1))
    if [ ! -s wanted ]; then
        fail "$1: nothing to compare"
    elif ! cmp -s wanted found; then
        fail "$1 (< SQLite, > colonnade): $(diff wanted found | head -n 10)"
    fi
}

# table FILE COLUMN...: columns of a CSV of the report, by name.
table() {
    local file=$1 columns
    shift
    columns=$(IFS=, && echo "$*")
    sqlite3 :memory: ".import --csv report/$file.csv t" "SELECT $columns FROM t"
}

# ---- Accounts: all bytes, all rows, nothing rejected ----

for file in $recent $oldest $calls; do
    printf '%s,published,%s,' "$file" "$(stat -Lc %s "$data/$file.csv")"
    rows=$(sqlite3 :memory: ".import --csv $data/$file.csv t" 'SELECT count(*) FROM t')
    printf '%s,%s,0\n' "$rows" "$rows"
done >wanted
tail -n +2 accounts.csv | cut -d , -f 1-6 >found
equal 'the accounts'

# ---- Every record, cell by cell ----

# Records of which a byte is not UTF-8, by number: quotes that are open at the
# end of a line go on in the next.
numbered() {
    LC_ALL=C awk '!open { record++; start = offset }
        { offset += length($0) + 1; print record " " start " " offset - start "\t" $0
          if (gsub(/"/, "\"") % 2) open = !open }' "$1"
}
numbered "$data/$calls.csv" >numbered.txt
LC_ALL=C.UTF-8 grep -axv '.*' numbered.txt >not_utf8.txt || true

for file in $recent $oldest $calls; do
    cells=$(sqlite3 :memory: ".import --csv $data/$file.csv t" \
        "SELECT group_concat('\"' || name || '\"') FROM pragma_table_info('t')")
    sqlite3 :memory: ".import --csv $data/$file.csv t" "SELECT json_array($cells) FROM t" >wanted
    tail -n +2 "$file.json" >found
    if [ "$file" = $calls ]; then # those are converted, and looked at below
        cut -d ' ' -f 1 not_utf8.txt | sort -u | awk '{ print $1 - 1 "d" }' >without.sed
        sed -i -f without.sed wanted
        sed -i -f without.sed found
    fi
    equal "the records of $file"
    head -n 1 "$file.json" >record.json
    sqlite3 :memory: "SELECT value FROM json_each(readfile('record.json'))" >found
    sqlite3 :memory: ".import --csv $data/$file.csv t" "SELECT name FROM pragma_table_info('t')" >wanted
    equal "the header of $file"
done

# Record 3779 of the oldest file holds doubled quotes; the header is record 1.
CHECKS_DONE=$((CHECKS_DONE + 1))
raw=$(numbered "$data/$oldest.csv" | awk '$1 == 3779' | cut -f 2-)
case $raw in
    *'""'*) ;;
    *) fail "no doubled quotes in record 3779 of $oldest: $raw" ;;
esac
sed -n 3779p $oldest.json >record.json
sqlite3 :memory: "SELECT value FROM json_each(readfile('record.json'))" >found
sqlite3 -list -separator '
' counts.db 'SELECT * FROM oldest WHERE rowid = 3778' >wanted
equal 'record 3779 of the oldest file'
CHECKS_DONE=$((CHECKS_DONE + 1))
grep -q '[^"]"[^"]' found || fail "its quotes are not undone: $(cat found)"

# ---- Records that are not UTF-8: stored, and listed ----

cut -f 1 not_utf8.txt | tr ' ' , >wanted
sqlite3 -csv :memory: '.import --csv rejects.csv t' "SELECT record, offset, size_bytes FROM t
    WHERE reason = 'converted from windows-1252' AND \"column\" = ''" >found
equal 'the records that are not UTF-8'
sqlite3 :memory: '.import --csv rejects.csv t' "SELECT 'listed', count(*) FROM t" >found
echo "listed|$(wc -l <not_utf8.txt)" >wanted
equal 'what is listed'
tail -n 1 accounts.csv | cut -d , -f 7 >found
wc -l <not_utf8.txt >wanted
equal 'the account of converted records'
values service_requests_311 $calls /columns/record >found
seq 2 $(($(sql 'SELECT count(*) FROM calls') + 1)) >wanted
equal 'the numbers of the stored records'
# Texts that come back stand in the dictionary.
for part in data dictionary; do
    h5dump -d /columns/case_summary/$part -b LE -o $part.txt store/service_requests_311/partitions/*.h5 >/dev/null
done
cat data.txt dictionary.txt >summaries.txt
while read -r word; do
    grep -a -q -F -e "$word" summaries.txt && echo "$word"
done < <(iconv -f WINDOWS-1252 -t UTF-8 not_utf8.txt | LC_ALL=C.UTF-8 grep -o '[A-Za-z]*[^ -~[:cntrl:]][A-Za-z]*') >found || true
iconv -f WINDOWS-1252 -t UTF-8 not_utf8.txt | LC_ALL=C.UTF-8 grep -o '[A-Za-z]*[^ -~[:cntrl:]][A-Za-z]*' >wanted || true
equal 'the converted text in the store'

# ---- The store, row by row ----

for file in recent oldest; do
    sql "SELECT strftime('%s', time) FROM accidents WHERE file = '$file'" >wanted
    mv $file.times found
    equal "the times of the $file accidents"
    sql "SELECT area FROM accidents WHERE file = '$file'" >wanted
    cp $file.areas found
    equal "the neighbourhoods of the $file accidents"
done
sql "SELECT condition FROM accidents WHERE file = 'recent'" >wanted
mv recent.conditions found
equal 'the road conditions'
sql "SELECT strftime('%s', time) FROM calls" >wanted
mv calls.times found
equal 'the times of the calls'
for column in area council police; do
    sql "SELECT $column FROM calls" >wanted
    mv calls.$column found
    equal "the calls' $column"
done

# ---- Accidents by month and year ----

sql "SELECT CAST(substr(time, 1, 4) AS INTEGER), CAST(substr(time, 6, 2) AS INTEGER), count(*)
     FROM accidents GROUP BY 1, 2" >wanted
table seasons_by_year year month accidents | grep -v '|0$' >found
equal 'accidents by year and month'
for year in 2015 2016 2017; do
    sql "SELECT CAST(substr(FIRST_OCCURRENCE_DATE, 6, 2) AS INTEGER), count(*) FROM recent
         WHERE FIRST_OCCURRENCE_DATE LIKE '$year-%' GROUP BY 1" >wanted
    table seasons_by_year year month accidents | sed -n "s/^$year|//p" >found
    equal "accidents by month of $year"
    CHECKS_DONE=$((CHECKS_DONE + 1))
    [ "$(wc -l <found)" = 12 ] || fail "$year has not twelve months"
done
sql 'SELECT CAST(substr(time, 6, 2) AS INTEGER), count(*) FROM accidents GROUP BY 1' >wanted
table seasons month accidents >found
equal 'accidents by month'

# ---- Road condition by month ----

sql "SELECT condition, CAST(substr(time, 6, 2) AS INTEGER), count(*) FROM accidents
     WHERE condition <> '' AND condition NOT IN unknown GROUP BY 1, 2 ORDER BY 1, 2" >wanted
table conditions_by_value condition month accidents | grep -v '|0$' | LC_ALL=C sort -t '|' -k 1,1 -k 2,2n >found
equal 'road condition by month'
sql "SELECT CAST(substr(time, 6, 2) AS INTEGER), sum(condition <> '' AND condition NOT IN unknown),
            sum(condition IN good), sum(condition <> '' AND condition NOT IN unknown AND condition NOT IN good),
            sum(condition = '' OR condition IN unknown)
     FROM accidents WHERE condition IS NOT NULL GROUP BY 1" >wanted
table conditions month known good adverse missing >found
equal 'good and adverse roads by month'

# ---- Calls by neighbourhood and district, and what is missing ----

sql "SELECT area, count(*) FROM calls WHERE area <> '' GROUP BY 1 ORDER BY 2 DESC, lower(replace(area, ' ', '-'))" |
    LC_ALL=C sort >wanted
table calls_by_neighborhood area calls | LC_ALL=C sort >found
equal 'calls by neighbourhood'
for division in council police; do
    sql "SELECT $division, count(*) FROM calls WHERE $division <> '' GROUP BY 1" | LC_ALL=C sort >wanted
    table calls_by_${division}_district area calls | LC_ALL=C sort >found
    equal "calls by $division district"
done
sql "SELECT sum(area <> ''), sum(area = '') FROM calls UNION ALL SELECT sum(council <> ''), sum(council = '') FROM calls
     UNION ALL SELECT sum(police <> ''), sum(police = '') FROM calls" >wanted
table calls_located located missing >found
equal 'calls with and without a place'

# ---- Both, over the days that both cover ----

area_key="replace(replace(replace(lower(area), ' / ', '-'), ' - ', '-'), ' ', '-')"
sql "WITH days AS (SELECT min(date(time)) AS first, max(date(time)) AS last FROM calls)
     SELECT a.area, a.n, c.n
     FROM (SELECT $area_key AS area, count(*) AS n FROM accidents, days
           WHERE area <> '' AND date(time) BETWEEN first AND last GROUP BY 1) a
     JOIN (SELECT $area_key AS area, count(*) AS n FROM calls WHERE area <> '' GROUP BY 1) c USING (area)
     ORDER BY 1" >wanted
table areas "$area_key" accidents calls | LC_ALL=C sort -t '|' -k 1,1 >found
LC_ALL=C sort -t '|' -k 1,1 -o wanted wanted
equal 'accidents and calls by neighbourhood'

finish
