#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The store and the answers are the same, byte for byte, for any number of
# ranks, any stripe size and any memory: on large dirty files, on small ones
# that hold every kind of trouble, cut at every few bytes, and on real ones.
# timeout: 1800

set -euo pipefail
# shellcheck source=checks.sh
. "$COLONNADE_SOURCE/tests/acceptance/checks.sh"

mkdir scratch
export COLONNADE_SCRATCH=$PWD/scratch
export COLONNADE_GNUPLOT=$PWD/no-gnuplot # what is drawn stands in the scripts too

# compare NAME WHAT: the store NAME against the first one of its kind, and then
# it is removed. Its first is kept.
compare() {
    local name=$1 kind=${1%%.*}
    fingerprint "$name" >"$name.sums"
    if [ ! -e "$kind.wanted" ]; then
        mv "$name.sums" "$kind.wanted"
        mv "$name" "$kind"
        [ -s "$kind.wanted" ] || fail "$2: the store is empty"
    else
        same "$kind.wanted" "$name.sums" "$2: the store"
        rm -rf "$name"
    fi
}

# answers RANKS STORE: the report, as one text.
answers() {
    expect 0 "$1" '' report --store "$2" --out answer
    [ -e answer/index.html ] || return 0 # told already
    sed -e '/^The report:/d' out >answer.txt
    (cd answer && for file in *.csv *.gp *.html; do echo "== $file" && cat "$file"; done) >>answer.txt
    rm -rf answer
    if [ ! -e "${2%%.*}.answers" ]; then
        mv answer.txt "${2%%.*}.answers"
    else
        same "${2%%.*}.answers" answer.txt "$1 ranks: the answers from $2"
    fi
}

# ---- Generated files are the same for any number of ranks ----

for ranks in 2 5; do
    expect 0 $ranks '' generate traffic_accidents --rows 20000 --dirt 0.05 --seed 7 -o accidents-$ranks.csv
    expect 0 $ranks '' generate service_requests_311 --size 40M --vintage 2019 --dirt 0.02 --seed 7 -o calls-$ranks.csv
done
same accidents-2.csv accidents-5.csv 'generated accidents'
same calls-2.csv calls-5.csv 'generated calls'
mv accidents-2.csv accidents.csv && mv accidents-2.csv.meta.json accidents.csv.meta.json
mv calls-2.csv calls.csv && mv calls-2.csv.meta.json calls.csv.meta.json
rm accidents-5.csv* calls-5.csv*

# ---- Large files: with 64 MiB one rank has to spill to the scratch folder ----

while read -r ranks memory stripe; do
    store=large.$ranks-$memory
    settings=(--store "$store" --memory "$memory" --allow-rejects)
    [ "$stripe" = chosen ] || settings+=(--stripe-size "$stripe")
    expect 0 "$ranks" '' ingest traffic_accidents accidents.csv "${settings[@]}" --format csv
    mv out accounts
    expect 0 "$ranks" '' ingest service_requests_311 calls.csv "${settings[@]}" --format csv
    cat out >>accounts
    [ -e accounts.wanted ] || cp accounts accounts.wanted
    same accounts.wanted accounts "$ranks ranks, $memory, stripes $stripe: the accounts"
    answers "$ranks" "$store"
    compare "$store" "$ranks ranks, $memory, stripes $stripe"
done < <(some 3 <<'SETTINGS'
1 256M chosen
1 64M chosen
2 64M 1M
3 256M 64K
5 64M 300007
8 256M chosen
SETTINGS
)
no_litter scratch 'large files'
no_litter large 'large files'

# The dirt was there: every reason to reject a record, converted ones, bad cells.
expect 0 1 '' rejects traffic_accidents --store large --format csv -o rejects.csv
expect 0 1 '' rejects service_requests_311 --store large --format csv
cat out >>rejects.csv
for reason in 'text after a closing quote' 'too few fields' 'too many fields' 'converted from windows-1252' \
    'bytes that the encoding does not define' 'not a time in a declared format'; do
    says rejects.csv ",$reason,"
done

# ---- Small files, cut everywhere ----

cat >config.json <<'JSON'
{
  "fsync": false,
  "datasets": {
    "small": {
      "formats": ["%Y-%m-%d %H:%M:%S"],
      "columns": [
        { "name": "id", "type": "integer", "role": "key" },
        { "name": "at", "type": "timestamp", "role": "time" },
        { "name": "quarter", "type": "category", "role": "area", "synonyms": { "Nord": "North" } },
        { "name": "surface", "type": "category", "role": "condition", "fold": "upper" },
        { "name": "length", "type": "double" },
        { "name": "note", "type": "text" },
        { "name": "empty", "type": "double" }
      ]
    }
  },
  "questions": { "accidents": "small", "calls": "small", "good_conditions": ["DRY"], "unknown_conditions": [] }
}
JSON
header='id,at,quarter,surface,length,note,empty'
trouble() {
    printf '%s\n' "$header"
    printf '1,2015-01-02 03:04:05,Nord,Dry,1.5,plain,\n'
    printf '2,2015-01-02 03:04:05,Süd,dry,-0.0,"quoted, with a comma",\n'
    printf '3,2015-02-02 03:04:05,"Nord",WET,1e300,"two\nlines, ""quoted""\r\nand a third",\n'
    printf '\n\n  ,,,,,,\n'
    printf '4,2015-02-30 03:04:05,Ost,Dry,abc,no such day and no number,\r\n'
    printf '5,2015-03-02 03:04:05,Ost,Dry,0.1,"closed" too early,\n'
    printf '6,2015-03-02 03:04:05,Ost,Dry,0.2,a 5" pipe and "another",\n'
    printf '7,2015-03-02 03:04:05,Ost,Dry,0.3\n'
    printf '8,2015-03-02 03:04:05,Ost,Dry,0.3,one,two,three\n'
    printf '9,2015-03-02 03:04:05,Ost,Dry,0.4,Pr\346sident \226 converted,\n'
    printf '10,2015-03-02 03:04:05,Ost,Dry,0.5,no \201 character,\n'
    printf '11,2015-03-02 03:04:05,West,"",0.6,"",\r'
    printf '12,2015-03-02 03:04:05,West,ice,0.7,a lone carriage return before,\r\r\n\r'
    printf '"13","2015-03-02 03:04:05","West","ice","0.7","all quoted",""\n'
    awk 'BEGIN { for (i = 14; i < 40; i++)
        printf "%d,2016-%02d-%02d 10:00:00,Q%d,%s,%.3f,\"row %d%s\",\n", i, i % 12 + 1, i % 28 + 1, i % 5,
               i % 3 ? "wet" : "DRY", i / 7, i, i % 4 ? "" : ", \"\"so\"\"\n" }'
    printf '99999999999999999999,1999-01-01 00:00:00,,,nan,out of range,\n'
}
trouble >lf.csv
trouble | sed 's/$/\r/' >crlf.csv
trouble | tr '\n' '\r' >cr.csv
{ printf '\357\273\277' && trouble; } | head -c -1 >mark.csv
{ trouble && printf '100,2015-01-01 00:00:00,Ost,Dry,1,"never closed\n\n'; } >open.csv
{ trouble && printf '\n\n\r\n'; } >ends.csv
head -n 2 lf.csv | head -c -1 >one.csv
printf '%s' "$header" >header.csv
files=(lf.csv crlf.csv cr.csv mark.csv open.csv ends.csv one.csv header.csv)

while read -r ranks stripe memory; do
    store=small.$ranks-$stripe
    settings=(--memory "$memory" --stripe-size "$stripe")
    expect 0 "$ranks" '' ingest small "${files[@]}" --store "$store" --allow-rejects "${settings[@]}"
    expect 0 "$ranks" '' ingest inferred lf.csv crlf.csv --schema auto --store "$store" --allow-rejects "${settings[@]}"
    answers "$ranks" "$store"
    compare "$store" "$ranks ranks, $memory, stripes of $stripe bytes"
    expect 0 "$ranks" '' records open.csv --format json "${settings[@]}"
    mv out records
    expect 0 "$ranks" '' scan open.csv --format csv "${settings[@]}"
    cat out >>records
    [ -e records.wanted ] || cp records records.wanted
    same records.wanted records "$ranks ranks, stripes of $stripe bytes: records and scan"
done < <(some 3 <<'SETTINGS'
1 64K 256M
1 1 64M
2 1 256M
2 64 64M
3 1 64M
3 2 256M
3 7 64M
5 3 256M
5 1000 64M
8 1 64M
8 2 256M
8 64K 64M
SETTINGS
)
no_litter small 'small files'
expect 0 1 '' info small --store small --format csv
CHECKS_DONE=$((CHECKS_DONE + 1))
[ "$(grep -c -E '^(lf|crlf|cr|mark|open|ends|one|header),' out)" = ${#files[@]} ] || fail "partitions are missing: $(cat out)"

expect 0 1 '' rejects small --store small --format csv -o rejects.csv
for reason in 'a quote that is not closed' 'not an integer' 'not a number' 'converted from windows-1252'; do
    says rejects.csv ",$reason,"
done

# The order in which files come does not matter, nor where they stand.
mkdir elsewhere && cp "${files[@]}" elsewhere
for ((i = ${#files[@]} - 1; i >= 0; i--)); do backwards+=("elsewhere/${files[i]}"); done
expect 0 3 '' ingest small "${backwards[@]}" --store small.backwards --allow-rejects
expect 0 2 '' ingest inferred crlf.csv --schema auto --store small.backwards --allow-rejects
expect 0 1 '' ingest inferred lf.csv --schema auto --store small.backwards --allow-rejects
compare small.backwards 'files in another order and folder'
rm config.json

# ---- Real files ----

data=${COLONNADE_TEST_DATA:-}/data
if [ -n "${COLONNADE_TEST_DATA:-}" ] && [ -d "$data" ]; then
    while read -r ranks memory stripe; do
        store=real.$ranks
        expect 0 "$ranks" '' ingest traffic_accidents "$data"/traffic_accidents_20*.csv --store "$store" \
            --memory "$memory" --stripe-size "$stripe"
        expect 0 "$ranks" '' ingest service_requests_311 "$data"/311*.csv --store "$store" \
            --memory "$memory" --stripe-size "$stripe"
        answers "$ranks" "$store"
        compare "$store" "real files, $ranks ranks, $memory, stripes $stripe"
    done < <(some 3 <<'SETTINGS'
1 256M 16M
3 64M 4K
8 256M 777777
SETTINGS
)
else
    echo 'not tested: real files (COLONNADE_TEST_DATA is not set)'
fi
finish
