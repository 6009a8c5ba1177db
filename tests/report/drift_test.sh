#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Years that change: columns that a year lacks are outside every denominator,
# and one whose type differs between years is asked as the type that holds
# them all. The answers are those of a store in which every year was ingested
# with one type.

set -euo pipefail
# shellcheck source=../acceptance/checks.sh
. "$COLONNADE_SOURCE/tests/acceptance/checks.sh"

# config TYPE-OF-PLACE TYPE-OF-ROAD TYPE-OF-WARD
config() {
    cat <<JSON
{"city": "Town", "questions": {"accidents": "crashes", "calls": "calls", "good_conditions": ["DRY"]},
 "datasets": {
   "crashes": {"columns": [
     {"name": "at", "type": "timestamp", "role": "time"},
     {"name": "place", "type": "$1", "role": "area"},
     {"name": "road", "type": "$2", "role": "condition"}]},
   "calls": {"columns": [
     {"name": "at", "type": "timestamp", "role": "time"},
     {"name": "place", "type": "$1", "role": "area"},
     {"name": "ward", "type": "$3", "role": "district"}]}}}
JSON
}

# rows YEAR: at,place,road,ward; roads are blank here and there.
rows() {
    awk -v year="$1" 'BEGIN {
        split("DRY,WET,ICY,DRY,,DRY,WET", road, ",")
        print "at,place,road,ward"
        for (i = 0; i < 1200 + year % 7; i++)
            printf "%d-%02d-%02d 08:00:00,%s,%s,%d\n", year, i % 12 + 1, i % 28 + 1, i % 11 == 0 ? "" : year == 2016 ? (i % 2 ? "true" : "false") : i % 5 + 1, road[i * i % 7 + 1], i % 3
    }'
}

# 2014 has no road; only 2016 has wards.
rows 2014 | cut -d, -f1,2 >crashes_2014.csv
rows 2015 | cut -d, -f1,2,3 >crashes_2015.csv
rows 2016 | cut -d, -f1,2,3 >crashes_2016.csv
rows 2014 | cut -d, -f1,2 >calls_2014.csv
rows 2015 | cut -d, -f1,2 >calls_2015.csv
rows 2016 | cut -d, -f1,2,4 >calls_2016.csv
config integer category integer >2014.json
config category category category >2015.json
config boolean category integer >2016.json
config category category category >uniform.json
for year in 2014 2015 2016; do
    for dataset in crashes calls; do
        expect 0 1 '' ingest $dataset ${dataset}_$year.csv --as $year --store drifting --config $year.json
        expect 0 1 '' ingest $dataset ${dataset}_$year.csv --as $year --store uniform --config uniform.json
    done
done
expect 0 1 '' info crashes --schema --store drifting --format csv
says out 'place,text,area,integer,category,boolean'
says out 'road,category,condition,not recorded,category,category'

expect 0 3 '' report --store uniform --config uniform.json --out report
mv report uniform.report
mv out uniform.out
for ranks in 1 3; do
    expect 0 $ranks '' report --store drifting --config uniform.json --out report
    same uniform.out out "the report of $ranks ranks"
    CHECKS_DONE=$((CHECKS_DONE + 1))
    diff -r uniform.report report >differences || fail "the report's files: $(head -n 20 differences)"
done

# What awk counts in the same files: 2014 is in no count of roads, nor 2014 and 2015 in one of wards.
awk -F, 'FNR > 1 && $3 != "" { n[substr($1, 6, 2) + 0 "," $3]++ } END { for (k in n) print k "," n[k] }' \
    crashes_2015.csv crashes_2016.csv | LC_ALL=C sort >want
awk -F, 'NR > 1 && $4 > 0 { print $3 "," $1 "," $4 }' report/conditions_by_value.csv | LC_ALL=C sort >found
same want found 'roads by month'
says out '1,205 records are in files that do not record the road; they are outside.'
says report/calls_located.csv 'ward,1200,0,0.0000,2411,3,calls'
awk -F, 'FNR > 1 { if ($2 == "") none++; else n++ } END { printf "place,%d,%d,", n, none }' calls_201?.csv >want
says report/calls_located.csv "$(cat want)"

# ---- A category that becomes text, because one year has too many values for one ----

config auto category integer >auto.json
for year in 2014 2015; do
    awk -v year=$year 'BEGIN {
        print "at,place"
        for (i = 0; i < 9000; i++)
            printf "%d-%02d-%02d 08:00:00,p%d\n", year, i % 12 + 1, i % 28 + 1, year == 2014 || i % 2 ? i % 7 : i
    }' >many_$year.csv
    expect 0 1 '' ingest calls many_$year.csv --as $year --store many --config auto.json
done
expect 0 1 '' info calls --schema --store many --format csv
says out 'place,text,area,category,text'
awk -F, 'FNR > 1 { n[$2]++ } END { for (k in n) print k "," n[k] }' many_201?.csv | LC_ALL=C sort >want
for ranks in 1 3; do
    expect 0 $ranks '' report calls --store many --config auto.json --out many.report
    awk -F, 'NR > 1 { print $2 "," $3 }' many.report/calls_by_place.csv | LC_ALL=C sort >found
    same want found "places of $ranks ranks"
done
finish
