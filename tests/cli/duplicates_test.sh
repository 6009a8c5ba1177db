#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Rows that stand in several files: which of them count by each rule, for any
# number of ranks and any order of ingest, held against SQLite; what ingest,
# info, rejects and the report tell of them; what removal and replacement do.

set -euo pipefail
# shellcheck source=../acceptance/checks.sh
. "$COLONNADE_SOURCE/tests/acceptance/checks.sh"
command -v sqlite3 >/dev/null || skip 'there is no sqlite3 to compare with'

cat >config.json <<'JSON'
{ "city": "Testville", "questions": { "accidents": "crashes" }, "datasets": {
    "crashes": { "title": "Crashes", "unit": "crashes",
      "columns": [
        { "name": "id", "type": "text", "role": "key", "compare": "number" },
        { "name": "part", "type": "integer", "role": "key" },
        { "name": "at", "type": "timestamp", "role": "time" },
        { "name": "road", "type": "category", "role": "condition" }
      ] },
    "plain": { "columns": [ { "name": "id", "type": "integer" } ] },
    "strict": { "on_duplicate": "fail", "columns": [ { "name": "id", "type": "text", "role": "key" } ] } } }
JSON
export COLONNADE_CONFIG=$PWD/config.json

# rows SEED COUNT: keys that repeat within a file and across files, in several
# spellings; some are missing. Two files of the same seed differ in the road.
rows() {
    awk -v seed="$1" -v count="$2" -v road="$3" 'BEGIN {
        srand(seed)
        print "id,part,at,road"
        for (i = 0; i < count; i++) {
            id = int(rand() * 900)
            kind = int(rand() * 8)
            text = kind == 0 ? "" : kind == 1 ? id ".0" : kind == 2 ? "00" id : kind == 3 ? "GO" id : id
            part = rand() < 0.1 ? "" : int(rand() * 2)
            printf "%s,%s,2015-%02d-01 00:00:00,%s\n", text, part, 1 + i % 12, road
        }
    }'
}
rows 1 700 dry >2015.csv
rows 2 900 wet >2016.csv
rows 3 800 icy >all.csv
{ echo 'at,road' && echo '2014-05-01 00:00:00,dry' && echo '2014-05-01 00:00:00,dry'; } >old.csv

# ---- The plain search ----

# expected RULE FILE...: "partition,duplicates,live" of each, by SQLite. The
# key is a number where it is one.
expected() {
    local order=min file
    [ "$1" = keep-first ] || order=max
    shift
    {
        echo 'CREATE TABLE r (n INTEGER PRIMARY KEY, p TEXT, id TEXT, part TEXT);'
        for file in "$@"; do
            awk -F, -v p="${file%.csv}" 'NR > 1 { printf "INSERT INTO r (p, id, part) VALUES (\047%s\047, \047%s\047, \047%s\047);\n", p, $1, $2 }' "$file"
        done
        cat <<SQL
CREATE TABLE k AS SELECT n, p, CASE WHEN id GLOB 'GO*' THEN id ELSE CAST(CAST(id AS INTEGER) AS TEXT) END AS id, part,
       id <> '' AND part <> '' AS has_key FROM r;
CREATE TABLE best AS SELECT $order(n) AS n FROM k WHERE has_key GROUP BY id, part;
SELECT p, sum(has_key AND n NOT IN (SELECT n FROM best)), sum(NOT has_key OR n IN (SELECT n FROM best))
FROM k GROUP BY p ORDER BY p;
SQL
    } | sqlite3 -separator , :memory:
}

# told STORE: the same as info says it.
told() {
    launch 1 info crashes --store "$1" --format csv 2>/dev/null | awk -F, 'NR > 1 { print $1 "," $8 "," $9 }'
}

# check_told STORE RULE FILE...: what info says is what SQLite says.
check_told() {
    local store=$1
    shift
    expected "$@" >wanted
    told "$store" >found
    same wanted found "$store, $*"
}

# same_store A B WHAT: but for the history.
same_store() {
    fingerprint "$1" >a.sums
    fingerprint "$2" >b.sums
    same a.sums b.sums "$3"
}

# ---- Rules, ranks and orders ----

for rule in keep-first keep-last; do
    expect 0 1 '' ingest crashes 2015.csv 2016.csv all.csv --store "$rule" --on-duplicate "$rule"
    says err "2016: 900 stored = "
    check_told "$rule" "$rule" 2015.csv 2016.csv all.csv
    # The account says the same, also of files before the last.
    awk 'NR > 2 { print $1 "," $(NF - 1) "," $NF }' out >found
    same wanted found "the account of $rule"
    [ "$(awk -F, '$2 > 0' found | wc -l)" -ge 2 ] || fail "$rule: there are no duplicates: $(cat found)"
done
expect 0 2 '' ingest crashes all.csv 2016.csv 2015.csv --store two --on-duplicate keep-first --memory 64M
expect 0 1 '' clean crashes --store two # what was between them
expect 0 1 '' clean crashes --store keep-first
same_store keep-first two 'another order, two ranks'
for ranks in 3 5; do
    expect 0 $ranks '' ingest crashes 2016.csv 2015.csv --store "r$ranks" --stripe-size 500
    expect 0 $ranks '' ingest crashes all.csv --store "r$ranks" --on-duplicate keep-first
    expect 0 1 '' clean crashes --store "r$ranks"
    same_store keep-first "r$ranks" "$ranks ranks, the rule with the last file"
done
if command -v gzip >/dev/null; then
    for file in 2015 2016 all; do gzip -c $file.csv >$file.csv.gz; done
    expect 0 3 '' ingest crashes 2015.csv.gz 2016.csv.gz all.csv.gz --store packed --on-duplicate keep-first
    check_told packed keep-first 2015.csv 2016.csv all.csv
fi

# Records read = stored + rejected, stored = live + duplicate.
launch 1 ingest crashes all.csv --store keep-last --format csv >account 2>err
CHECKS_DONE=$((CHECKS_DONE + 1))
awk -F, 'NR == 2 && $2 == "unchanged" && $5 == $11 + $12 && $5 == 800 { good = 1 } END { exit !good }' account ||
    fail "the account does not add up: $(cat account)"

# ---- What counts in answers ----

expect 0 2 '' report conditions --store keep-first --out answers --format csv
live=$(awk -F, '{ sum += $3 } END { print sum }' <(told keep-first))
CHECKS_DONE=$((CHECKS_DONE + 1))
[ "$(awk -F, '$2 == "adverse" { sum += $4 } END { print sum }' out)" = "$live" ] ||
    fail "the report counts other rows than the $live that are live: $(cat out)"

# ---- The rule stays, until another is given ----

cp -r keep-first kept
expect 0 1 '' ingest crashes 2016.csv --store kept
same_store keep-first kept 'an unchanged file'
expect 0 3 '' ingest crashes 2016.csv --store kept --on-duplicate keep-last
check_told kept keep-last 2015.csv 2016.csv all.csv
says kept/crashes/history.jsonl '"action":"rule","on_duplicate":"keep-last"'
expect 0 1 '' ingest crashes 2016.csv --store kept --on-duplicate allow
told kept >found
same <(printf '2015,,700\n2016,,900\nall,,800\n') found 'allow'

# ---- Removal and replacement ----

cp -r keep-first removed
expect 0 3 '' remove crashes 2015 --yes --store removed
check_told removed keep-first 2016.csv all.csv
expect 0 1 '' ingest crashes 2015.csv --store removed
expect 0 1 '' clean crashes --store removed
same_store keep-first removed 'taken away and brought back'
mkdir -p new && rows 4 650 wet >new/2015.csv
expect 0 2 '' ingest crashes new/2015.csv --store removed --replace
mkdir -p now && cp new/2015.csv 2016.csv all.csv now/
(cd now && expected keep-first 2015.csv 2016.csv all.csv) >wanted
told removed >found
same wanted found 'a replaced partition'
expect 0 1 '' remove crashes --yes --store removed
CHECKS_DONE=$((CHECKS_DONE + 1))
[ ! -e removed/crashes ] || fail "removal left: $(find removed)"

# ---- Without the key ----

expect 0 3 '' ingest crashes old.csv --store keep-first
says err 'the partition "old" is unchecked'
expect 0 1 '' info crashes --store keep-first --format csv
CHECKS_DONE=$((CHECKS_DONE + 1))
grep -q '^old,2,.*,,2,unchecked$' out || fail "info does not say that a partition is unchecked: $(cat out)"
{ expected keep-first 2015.csv 2016.csv all.csv && echo old,,2; } >wanted
told keep-first >found
same wanted found 'beside a partition without the key'
expect 0 2 '' ingest crashes 2016.csv --store keep-first
says err '1 other partitions lack a column of the key'
# Nor does a partition without rows disturb.
head -n 1 2015.csv >2015a.csv
expect 0 3 '' ingest crashes 2015a.csv --store keep-first
{ expected keep-first 2015.csv 2016.csv all.csv && printf '2015a,0,0\nold,,2\n'; } | LC_ALL=C sort >wanted
told keep-first >found
same wanted found 'beside a partition without rows'

# ---- Refused ----

cp -r keep-last strictly
for ranks in 1 3; do
    expect 1 $ranks 'rows of '\''crashes'\'' would have a key' ingest crashes new/2015.csv --replace --store strictly \
        --on-duplicate fail
    says err 'is record '
    says err 'of "2015"'
    says err 'The dataset stays as it was'
    same_store keep-last strictly "fail, $ranks ranks"
done
printf 'id\na\nb\n\n\n' >one.csv
printf 'id\nc\na\n' >two.csv
expect 0 1 '' ingest strict one.csv --store strictly
expect 1 2 'id "a" is record 2 of "one" and record 3 of "two"' ingest strict two.csv --store strictly
expect 0 1 '' ingest strict two.csv --store strictly --on-duplicate keep-last
expect 2 3 'needs to know what tells the rows' ingest plain one.csv --store strictly --on-duplicate keep-last
expect 2 1 '--on-duplicate takes "allow"' ingest plain one.csv --store strictly --on-duplicate keep
no_litter strictly 'refused'

# ---- Rows that are equal ----

printf 'id\n1\n2\n1\n\n\n' >p.csv
printf 'id\n2\n3\n' >q.csv
expect 0 1 '' ingest plain q.csv p.csv --store equal
for ranks in 1 2 5; do
    expect 0 $ranks '' info plain --duplicates --store equal --format csv
    CHECKS_DONE=$((CHECKS_DONE + 1))
    [ "$(awk -F, 'NR > 1 { print $1 "," $11 }' out)" = $'p,1\nq,1' ] || fail "$ranks ranks count other equal rows: $(cat out)"
done
expect 2 1 '--duplicates needs DATASET' info --duplicates

finish
