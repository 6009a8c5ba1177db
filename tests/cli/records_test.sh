#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# `colonnade records`: every record in the order of the file, for any number
# of ranks and any stripe size. With $COLONNADE_TEST_DATA/corpus and sqlite3,
# also every case of the corpus through the command itself.

set -euo pipefail
# shellcheck source=ranks.sh
. "$COLONNADE_SOURCE/tests/cli/ranks.sh"

# same_everywhere ARGUMENT...: the output is that of the file `expected` at
# several numbers of ranks and stripe sizes.
same_everywhere() {
    local count size
    while read -r count size; do
        ranks "$count" records "$@" --stripe-size "$size" >out </dev/null || fail "records $* at $count ranks ended with $?"
        cmp -s out expected || {
            diff expected out | head -5 >&2
            fail "records $* at $count ranks and stripes of $size differs"
        }
    done <<<"1 40
3 1"
}

# refused STATUS TEXT ARGUMENT...: at 1 and 3 ranks, one message, no output.
refused() {
    local status=$1 text=$2 count got
    shift 2
    for count in 1 3; do
        got=0
        ranks "$count" records "$@" >out 2>err || got=$?
        [ "$got" = "$status" ] || fail "records $* at $count ranks: status $got, not $status: $(cat err)"
        [ "$(grep -c '^colonnade: ' err)" = 1 ] || fail "records $*: not one message: $(cat err)"
        grep -qF -- "$text" err || fail "records $*: the message lacks '$text': $(cat err)"
        [ ! -s out ] || fail "records $*: printed something"
    done
}

# ---- What the automaton cuts ----

printf 'id,text\r\n1,"a, ""b""\r\nc"\n\n2,x"y\r3,"p"q,\n4\n5,a,b,\n""\n,\n6,"open\nend' >rules.csv
cat >expected <<'END'
["id","text"]
["1","a, \"b\"\r\nc"]
["2","x\"y"]
["3","pq",""]
["4"]
["5","a","b",""]
[""]
["",""]
["6","open\nend"]
END
same_everywhere rules.csv
same_everywhere rules.csv --format json
same_everywhere rules.csv --no-header

cat >expected <<'END'
id,text
1,"a, ""b""
c"
2,"x""y"
3,pq,
4
5,a,b,
""
,
6,"open
end"
END
sed -i 's/^1,"a, ""b""$/&\r/' expected
same_everywhere rules.csv --format csv

# What was printed reads as the same records.
"$COLONNADE" records rules.csv >before
"$COLONNADE" records rules.csv --format csv -o again.csv
"$COLONNADE" records again.csv >after
cmp before after || fail "records printed as CSV read differently"

# ---- Dialects ----

printf "a\t'b\tc'\t\"d\n'e\nf'\tg\n" >tabs.csv
printf '%s\n' '["a","b\tc","\"d"]' '["e\nf","g"]' >expected
same_everywhere tabs.csv --delimiter tab --quote "'"
printf '%s\n' '["a","b\tc","\"d"]' '["e"]' '["f'\''","g"]' >expected
same_everywhere tabs.csv --delimiter tab --quote "'" --newlines-in-quotes no
printf '%s\n' '["a","'\''b","c'\''","\"d"]' '["'\''e"]' '["f'\''","g"]' >expected
same_everywhere tabs.csv --delimiter tab --quote none

# ---- Bytes of all kinds ----

printf '\357\273\277a,\303\251\n\342\200\223,caf\351\n\0,\001\n\201,\351\n' >bytes.csv
printf '%s\n' '["a","é"]' '["â€“","café"]' '["\u0000","\u0001"]' '["�","�"]' >expected
same_everywhere bytes.csv
printf '%s\n' '["a","é"]' '["–","caf�"]' '["\u0000","\u0001"]' '["�","�"]' >expected
same_everywhere bytes.csv --encoding none

# ---- Files without records ----

: >expected
: >empty.csv
same_everywhere empty.csv
printf '\357\273\277\n\r\n\r' >blank.csv
same_everywhere blank.csv

# ---- Order, over many rounds ----

awk 'BEGIN { for (i = 1; i <= 20000; i++) {
    printf "%d,\"x", i
    if (i % 1000 == 0) for (j = 0; j < 3000; j++) printf "line %d\n", j
    printf "\"\n" } }' >order.csv
for count in 1 3; do
    for size in 4096 1M; do
        ranks "$count" records order.csv --stripe-size "$size" -o out
        awk -F'"' '$2 != NR { exit 1 } { size += length($0) } END { exit NR == 20000 && size > 500000 ? 0 : 1 }' out ||
            fail "the order at $count ranks and stripes of $size"
        sum=$(cksum <out)
        [ "${first_sum:=$sum}" = "$sum" ] || fail "other bytes at $count ranks and stripes of $size"
    done
done

# ---- Longer than the maximum: the beginning, with one warning ----

{
    printf 'a,b\n"'
    head -c 17000000 /dev/zero | tr '\0' x
    printf '",1\nc,d\n'
} >long.csv
for count in 1 3; do
    ranks "$count" records long.csv >out 2>err
    [ "$(grep -c 'warning: .*long.csv: of 1 records' err)" = 1 ] || fail "no single warning: $(cat err)"
    awk 'NR == 2 { long = length($0) } { last = $0 }
         END { exit NR == 3 && long == 16777216 + 3 && last == "[\"c\",\"d\"]" ? 0 : 1 }' out ||
        fail "the over-long record at $count ranks"
done
rm long.csv

# ---- Where it goes, and what is refused ----

{ "$COLONNADE" records order.csv 2>err || true; } | head -n 1 >out
[ "$(cat out)" = '["1","x"]' ] || fail "the first line of many"
[ ! -s err ] || fail "a reader that leaves early is told: $(cat err)"

echo old >kept
refused 3 'there is no file missing.csv' missing.csv -o kept
[ "$(cat kept)" = old ] || fail "a failed command replaced its output"
refused 3 'is a folder' .
refused 2 'json or csv' rules.csv --format table
refused 2 'same character' rules.csv --delimiter '"'
refused 2 '--delimiter' rules.csv --delimiter ab
refused 2 '--encoding' rules.csv --encoding latin1
printf '\377\376a\0\n\0' >utf16.csv
refused 1 'iconv -f UTF-16' utf16.csv
COLONNADE_FORMAT=table "$COLONNADE" records tabs.csv >out || fail "a variable for tables is no request for one here"

# ---- The corpus ----

if [ ! -d "${COLONNADE_TEST_DATA:-/nonexistent}/corpus" ]; then
    echo "the corpus is absent (COLONNADE_TEST_DATA): its cases are skipped"
    exit 0
fi
if ! command -v sqlite3 >/dev/null; then
    echo "sqlite3 is absent: the corpus is skipped"
    exit 0
fi

# collect NAME: the command's output as one JSON array, beside the expected one.
# sqlite's texts end at a NUL, so that is spelled out in both.
collect() {
    local nul='s/\\u0000/<NUL>/g'
    printf '[%s]' "$(paste -sd, "got/$1.lines")" | sed "$nul" >"got/$1.json"
    sed "$nul" "$corpus/$1/expected.json" >"expected/$1.json"
    printf "INSERT INTO cases VALUES ('%s', CAST(readfile('got/%s.json') AS TEXT), CAST(readfile('expected/%s.json') AS TEXT));\n" \
        "$1" "$1" "$1" >>compare.sql
}

# different: the names of the cases that differ in a value or its place.
different() {
    cat >>compare.sql <<'END'
SELECT count(*) FROM cases;
SELECT name FROM cases WHERE
  (SELECT group_concat(fullkey || '=' || hex(atom), ' ') FROM json_tree(got) WHERE atom IS NOT NULL) IS NOT
  (SELECT group_concat(fullkey || '=' || hex(atom), ' ') FROM json_tree(expected) WHERE atom IS NOT NULL);
END
    sqlite3 :memory: <compare.sql
}

corpus=$COLONNADE_TEST_DATA/corpus
rm expected
mkdir got expected
echo 'CREATE TABLE cases(name TEXT, got TEXT, expected TEXT);' >compare.sql
case_count=0
seen=0
for folder in "$corpus"/*/; do
    name=$(basename "$folder")
    seen=$((seen + 1))
    [ -z "${COLONNADE_TEST_BRIEF:-}" ] || [ $((seen % 10)) = 1 ] || continue
    "$COLONNADE" records "$folder/input.csv" >"got/$name.lines" || fail "records of $name"
    collect "$name"
    case_count=$((case_count + 1))
    if [ $((seen % 50)) = 1 ]; then # one process for each is quick, three are not
        for size in 3 4K; do
            ranks 3 records "$folder/input.csv" --stripe-size "$size" >out
            cmp -s out "got/$name.lines" || fail "$name at 3 ranks and stripes of $size"
        done
    fi
done
different >differences
[ "$(cat differences)" = "$case_count" ] || fail "cases of the corpus that differ: $(tail -n +2 differences)"
echo "$case_count of $seen cases of the corpus"
