#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The whole report: numbers against awk, the same files for any number of
# ranks, what generated data say of themselves, and what is missing.

set -euo pipefail

fail() {
    printf 'FAILED: %s\n' "$*" >&2
    exit 1
}
label='SAMPLE DATA – NOT REAL'
read -ra mpirun <<<"$COLONNADE_MPIRUN"
colonnade() { "$COLONNADE" "$@" --store "$store"; }

# --- made-up accidents and calls that are taken for real
header=object_id,first_occurrence_date,neighborhood_id,road_condition
awk -v header=$header 'BEGIN {
    print header
    split("baker,Five Points,five-points,,Cole", area, ",")
    split("DRY,WET,ICY,DRY,,UNKNOWN", road, ",")
    for (i = 1; i <= 3000; i++) {
        month = i % 12 + 1
        if (month == 10 && i % 5 == 0) month = 3
        printf "%d,%d-%02d-%02d 10:00:00,%s,%s\n", i, 2015 + i % 2, month, i % 28 + 1, area[i % 5 + 1], road[i * 7 % 6 + 1]
    }
}' >accidents.csv
printf '%s\n' 'Case Summary,Case Created dttm,Council District,Neighborhood' \
    'a,03/01/2016 07:59:35 AM,1,Baker' 'b,06/01/2016 07:59:35 AM,2,Baker' 'c,07/02/2016 07:59:35 AM,1,FIVE POINTS' \
    "d,08/02/2016 07:59:35 AM,,\"Odd {x}_^ 'q' \\\\ \`touch pwned\`\"" 'e,01/05/2016 07:59:35 AM,2,' >calls.csv
store=real
colonnade ingest traffic_accidents accidents.csv --quiet >/dev/null
colonnade ingest service_requests_311 calls.csv --quiet >/dev/null

colonnade report --out out >told1
mv out out1
for ranks in 2 3; do
    "${mpirun[@]}" -n $ranks "$COLONNADE" report --store real --out out >told 2>err || fail "$ranks ranks: $(cat err)"
    cmp told told1 || fail "$ranks ranks tell something else"
    diff -r out out1 || fail "$ranks ranks write something else"
    rm -r out
done
{ [ ! -e pwned ] && [ ! -e out1/pwned ]; } || fail "a name in the data was run as a command"
! grep -r -q -F "$label" out1 told1 || fail "real data are labelled as generated"
tail -n 1 told1 | grep -q -x 'The report: out/index.html' || fail "the report's place is not told"

# --- what awk counts in the same file
awk -F, 'NR > 1 {n[substr($2, 1, 7)]++} END {for (k in n) print k "," n[k]}' accidents.csv | sort >expected
awk -F, 'NR > 1 && $3 > 0 {printf "%d-%02d,%d\n", $1, $2, $3}' out1/seasons_by_year.csv | sort | diff expected - ||
    fail "accidents by month"
awk -F, 'NR > 1 && $4 != "" && $4 != "UNKNOWN" {n[substr($2, 6, 2) + 0 "," $4]++} END {for (k in n) print k "," n[k]}' \
    accidents.csv | sort >expected
awk -F, 'NR > 1 && $4 > 0 {print $3 "," $1 "," $4}' out1/conditions_by_value.csv | sort | diff expected - ||
    fail "road condition by month"
grep -q '^1,Baker,2,0.5000,' out1/calls_by_neighborhood.csv || fail "calls by neighbourhood"
grep -q '^FIVE POINTS,\|^Five Points,' out1/areas.csv || fail "two spellings of an area do not join"
grep -q '^Cole,cole,accidents,' out1/areas_not_joined.csv || fail "an area that does not join is not listed"

# --- wrong years cost a row each, and do not stretch what the data cover
awk -v header=$header 'BEGIN {
    print header "\n0,1970-01-01 00:00:00,baker,DRY\n1,9998-12-31 00:00:00,baker,DRY"
    for (i = 2; i <= 400; i++) printf "%d,2015-02-%02d 10:00:00,baker,DRY\n", i, i % 28 + 1
}' >outliers.csv
awk 'BEGIN {
    print "Case Summary,Case Created dttm,Council District,Neighborhood"
    for (i = 0; i < 3960; i++) printf "a,%02d/%02d/%d 07:59:35 AM,1,Baker\n", i % 12 + 1, i % 28 + 1, 2005 + i % 11
}' >decade.csv
store=stretched
colonnade ingest traffic_accidents outliers.csv --quiet >/dev/null
colonnade ingest service_requests_311 decade.csv --quiet >/dev/null
"${mpirun[@]}" -n 2 "$COLONNADE" report seasons areas --store stretched --out out >told 2>err
! grep -q 'not drawn' err || fail "a figure of one area: $(cat err)"
grep -q 'Over 2015-02-01 to 2015-02-28, which both cover' told ||
    fail "wrong years stretch the period: $(grep Over told)"
[ "$(grep -o '1970-01: 1, 9998-12: 1' out/index.html | wc -l)" = 2 ] || fail "the rows of wrong years are not noted"
grep -q 'Their dates are probably wrong' out/index.html || fail "far outliers are not called wrong"
printf '1970,1,1,0\n2015,2,399,28\n9998,12,1,0\n' >expected
tail -n +2 out/seasons_by_year.csv | cut -d, -f1-4 | diff expected - || fail "months without rows are listed"
[ "$(wc -l <out/seasons_years.csv)" = 4 ] || fail "years without rows are listed"
rm -r out
store=real

# --- who published the files stands on the page
publisher='311 calls: City and County of Denver, CC BY 3.0.'
grep -q -F "Traffic accidents: City and County of Denver, CC BY 3.0. $publisher" out1/index.html || fail "the publisher is not named"

# --- the page stands alone
! grep -q -E '(src|href)="(https?:)?//|@import|url\(' out1/index.html || fail "the page loads something"
for name in index.html seasons.csv; do [ -s out1/$name ] || fail "$name is missing"; done
if command -v gnuplot >/dev/null; then
    for name in seasons conditions calls areas; do
        { [ -s out1/$name.svg ] && [ -s out1/$name.png ]; } || fail "the figure $name is missing"
        cp out1/$name.svg drawn.svg
        { (cd out1 && gnuplot $name.gp); } || fail "the script $name.gp does not run again"
        cmp out1/$name.svg drawn.svg || fail "the script $name.gp draws something else"
    done
    [ "$(grep -c 'data:image/svg' out1/index.html)" = 4 ] || fail "the page does not hold four figures"
fi
[ -z "$(find . -name '*.tmp*')" ] || fail "temporary files are left: $(find . -name '*.tmp*')"

# --- without gnuplot the tables are there, figures of former data are not
cp -r out1 bare
COLONNADE_GNUPLOT=$PWD/no-such-program colonnade report --out bare >told 2>err || fail "no answer without gnuplot"
grep -q 'Install it' err || fail "it is not told how to install gnuplot: $(cat err)"
{ [ -s bare/seasons.csv ] && [ -s bare/seasons.gp ] && [ ! -e bare/seasons.svg ]; } || fail "files without gnuplot"

# --- a gnuplot that does not end is ended
printf '#!/bin/sh\nexec sleep 1000\n' >slow
chmod +x slow
COLONNADE_GNUPLOT=$PWD/slow COLONNADE_GNUPLOT_SECONDS=0.2 colonnade report seasons --out slow-out >told 2>err || fail "gnuplot hangs: $?"
grep -q 'the figure seasons was not drawn: gnuplot did not end within 0.2 s' err || fail "a slow gnuplot: $(cat err)"
{ [ -s slow-out/seasons.csv ] && [ ! -e slow-out/seasons.svg ]; } || fail "files of a slow gnuplot"

# --- former tables go with the figure of a question that is not answered any more; those of others are told
cp -r out1 former
printf 'mine\n' >former/areas_of_mine.csv
store=former-store
colonnade ingest traffic_accidents accidents.csv --quiet >/dev/null
colonnade report seasons areas --out former >told 2>err
grep -q '^4\. not answered' told || fail "answered without calls: $(cat told)"
[ "$(cd former && echo areas*)" = areas_of_mine.csv ] || fail "former answers stay: $(ls former)"
left='calls.gp, calls.png, calls.svg, calls_by_council_district.csv, calls_by_neighborhood.csv, calls_located.csv, conditions.csv'
command -v gnuplot >/dev/null || left='calls.gp, calls_by_council_district.csv, calls_by_neighborhood.csv, calls_located.csv, conditions.csv'
{ grep -q -F "which this one did not renew: $left" err && grep -q -F "Not of this report: $left" former/index.html; } ||
    fail "files of a former report are not told: $(cat err)"
colonnade report --out former >told 2>err
! grep -q 'Not of this report' former/index.html || fail "the whole report leaves something"
store=real

# --- one question, as JSON and CSV; an unknown one
colonnade report calls --out one --format json >told
if command -v python3 >/dev/null; then
    python3 -c 'import json, sys; a = json.load(sys.stdin); assert [q["question"] for q in a] == ["calls"], a' <told
fi
[ ! -e one/seasons.csv ] || fail "a question that was not asked is answered"
status=0
colonnade report cals --out one >told 2>err || status=$?
{ [ $status = 2 ] && grep -q "did you mean 'calls'" err; } || fail "an unknown question: $status, $(cat err)"

# --- accidents alone answer two questions, and the others say what is missing
store=alone
colonnade ingest traffic_accidents accidents.csv --quiet >/dev/null
colonnade report --out alone-out >told
{ grep -q '^1\. Denver has most' told && grep -q '^2\. In Denver' told; } || fail "accidents alone: $(cat told)"
[ "$(grep -c 'not answered: .*service_requests_311' told)" = 2 ] || fail "the missing dataset is not told: $(cat told)"
# --- a column that is missing is named
store=lacks
cut -d, -f1-3 accidents.csv >lacks.csv
colonnade ingest traffic_accidents lacks.csv --quiet >/dev/null
colonnade report --out lacks-out >told
grep -q '^2\. not answered: .*road_condition' told || fail "the missing column is not told: $(cat told)"
# --- nothing at all
store=nothing
status=0
colonnade report --out nothing-out >told 2>err || status=$?
{ [ $status = 2 ] && grep -q 'no question can be answered' err && [ ! -e nothing-out ]; } || fail "nothing: $status $(cat err)"

# --- one row, one null row: an answer or a reason, never a crash
for row in '1,2016-02-29 10:00:00,baker,DRY' '1,,,'; do
    store=tiny-${#row}
    printf '%s\n' $header "$row" >tiny.csv
    colonnade ingest traffic_accidents tiny.csv --quiet >/dev/null
    status=0
    colonnade report --out tiny-out >told 2>err || status=$?
    { ! grep -q -i -E 'nan|inf ' told && ! grep -q 'was not drawn' err; } || fail "'$row': $(cat told err)"
    [ $status = 0 ] || grep -q 'no row of the accidents has a time' err || fail "'$row': status $status, $(cat err)"
done

# --- generated data say so everywhere
store=sample
"$COLONNADE" generate traffic_accidents --rows 3000 -o sample_accidents.csv --quiet
"$COLONNADE" generate service_requests_311 --rows 3000 -o sample_calls.csv --quiet
colonnade ingest traffic_accidents sample_accidents.csv --quiet >/dev/null
colonnade ingest service_requests_311 sample_calls.csv --quiet >/dev/null
colonnade report --out sample-out >told
for file in sample-out/*.csv; do
    lines=$(wc -l <"$file")
    labelled=$(grep -c -F "$label" "$file") || true
    [ "$labelled" = $((lines - 1)) ] || [ "$lines$labelled" = 11 ] || fail "$file does not say what it is"
done
for file in sample-out/*.svg sample-out/*.gp sample-out/index.html; do
    [ -e "$file" ] || continue
    grep -q -F "$label" "$file" || fail "$file does not say what it is"
done
# red FILE: how many pixels of a figure have the colour that only the label has.
red() { python3 "$COLONNADE_SOURCE/tests/report/png_colours.py" "$1" c62828; }
for name in seasons conditions calls areas; do
    [ -e sample-out/$name.png ] || continue
    [ "$(red sample-out/$name.png)" -gt 1000 ] || fail "$name.png does not say what it is"
    [ "$(red out1/$name.png)" = 0 ] || fail "$name.png of real data is labelled as generated"
done
for number in 1 2 3 4; do
    grep -q "^$number\. $label: " told || fail "answer $number does not say what it is"
done
! grep -q 'City and County' sample-out/index.html || fail "generated data have a publisher"
# Calls that were generated beside accidents that were not.
store=real
colonnade ingest service_requests_311 sample_calls.csv --quiet >/dev/null
colonnade report --out mixed >told
{ grep -q '^1\. Denver' told && grep -q "^3\. $label" told && grep -q "^4\. $label" told; } || fail "mixed: $(cat told)"
grep -q -F "$label</title>" mixed/index.html || fail "the page of mixed data does not say it"

# --- the real files
if [ -z "${COLONNADE_TEST_DATA:-}" ]; then
    echo 'COLONNADE_TEST_DATA is not set: the real files were not used'
    exit 0
fi
real=$COLONNADE_TEST_DATA/data/traffic_accidents_2015_2017.csv
store=denver
colonnade ingest traffic_accidents "$real" --quiet >/dev/null
colonnade report seasons conditions --out denver-out >told
awk -F, 'NR > 1 {n[substr($3, 1, 7)]++} END {for (k in n) print k "," n[k]}' "$real" | sort >expected
awk -F, 'NR > 1 {printf "%d-%02d,%d\n", $1, $2, $3}' denver-out/seasons_by_year.csv | sort | diff expected - ||
    fail "the real accidents by month"
awk -F, 'NR > 1 {c = $11; if (c ~ /^ *$/ || c == "UNDER INVESTIGATION") c = "missing"; n[substr($3, 6, 2) + 0 "," c]++}
         END {for (k in n) print k "," n[k]}' "$real" | sort >expected
{
    awk -F, 'NR > 1 && $4 > 0 {print $3 "," $1 "," $4}' denver-out/conditions_by_value.csv
    awk -F, 'NR > 1 && $7 > 0 {print $1 ",missing," $7}' denver-out/conditions.csv
} | sort | diff expected - || fail "the real road condition by month"

# --- beside them, a file that has only some months: it must not make the seasons
seasons() { awk -F, 'NR > 1 {print $1 "," $5 "," $6 "," $8}' denver-out/seasons.csv; }
seasons >without
colonnade ingest traffic_accidents "$COLONNADE_TEST_DATA/data/traffic_accidents_2009_2014.csv" --quiet >/dev/null
colonnade report seasons --out denver-out >told
seasons | diff without - || fail "years that are not complete change the seasons"
awk -F, 'BEGIN {split("31,28,31,30,31,30,31,31,30,31,30,31", length_of, ",")}
         NR > 1 {year = substr($3, 1, 4); month = substr($3, 6, 2) + 0; n[year "," month]++; all[year]++}
         END {
             for (month = 1; month <= 12; month++) {
                 count = days = sum = 0
                 for (year = 2015; year <= 2017; year++) {
                     here = length_of[month] + (month == 2 && year == 2016)
                     count += n[year "," month]; days += here
                     sum += n[year "," month] / (all[year] / (year == 2016 ? 366 : 365))
                 }
                 printf "%d,%d,%d,%.4f\n", month, count, days, sum / days
             }
         }' "$real" | diff - without || fail "the seasonal index"
grep -q '2009-09: .*Either their dates are wrong, or the files hold only a part' denver-out/index.html ||
    fail "the oldest file's first month is called wrong"
tr '\n' ' ' <told | grep -q 'most accidents in October: 71\.28 a day, 7\.6 % above' || fail "the peak: $(tail -n 12 told)"
tr -s ' \n' ' ' <told | grep -q 'left out, since not complete: 2009 to 2014 (4,171 more)' || fail "what is left out"
[ "$(awk -F, '$5 == "yes" {print $1}' denver-out/seasons_years.csv | xargs)" = '2015 2016 2017' ] || fail "the years used"
