#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Compressed files: what is read of them is what is read of the plain file,
# and damage is told. zstd is tried where its program is installed.

set -euo pipefail
# shellcheck source=ranks.sh
. "$COLONNADE_SOURCE/tests/cli/ranks.sh"

# expect STATUS TEXT ARGUMENT...: ends so, and standard error says the text.
expect() {
    local status=$1 text=$2 got=0
    shift 2
    "$@" >out 2>err </dev/null || got=$?
    [ "$got" = "$status" ] || fail "$*: status $got, not $status: $(cat err)"
    grep -qF -- "$text" err || fail "$*: standard error lacks '$text': $(cat err)"
}

printf '\xef\xbb\xbfid,text\r\n1,"a, ""b""\r\nc"\n\n2,x"y\r3,"p"q,\n4,ok\n5,\xe9\n6,end' >plain.csv
gzip -nc plain.csv >whole.csv.gz
# Members end wherever their writer stopped: here within a record.
{ head -c 21 plain.csv | gzip -n && gzip -nc </dev/null && tail -c +22 plain.csv | gzip -n; } >members
files='whole.csv.gz members'
if command -v zstd >/dev/null; then
    { head -c 21 plain.csv | zstd -q && tail -c +22 plain.csv | zstd -q; } >frames.zst
    files+=' frames.zst'
fi

# ---- records and scan ----

"$COLONNADE" records plain.csv >expected.json
"$COLONNADE" scan plain.csv --format csv >expected.csv

# same EXPECTED COUNT ARGUMENT...: what COUNT ranks print.
same() {
    local expected=$1
    shift
    ranks "$@" >out 2>err </dev/null || fail "$*: status $?: $(cat err)"
    cmp -s out "$expected" || fail "$*: $(diff "$expected" out | head -5)"
}

for file in $files; do
    same expected.json 1 records "$file"
    same expected.csv 1 scan "$file" --format csv
done
same expected.json 3 records members
same expected.csv 3 scan members --format csv
grep -q 'members is compressed: one rank reads it' err || fail "three ranks were not told that one reads: $(cat err)"

"$COLONNADE" scan --schema plain.csv >expected.json 2>err
mkdir proposed && gzip -nc plain.csv >proposed/plain.csv.gz
same expected.json 3 scan --schema proposed/plain.csv.gz

# What is found out of the plain file is found out of the compressed one.
printf 'A title\n\nid;text\n1;a\n2;"b;c"\n3;d\n' >titled.csv
gzip -nc titled.csv >titled.gz
"$COLONNADE" records --detect titled.csv >expected.json
same expected.json 1 records --detect titled.gz
same expected.json 3 records --detect titled.gz

head -c 30 whole.csv.gz >cut.csv
expect 3 'cut.csv is damaged: it ends too early' ranks 1 scan cut.csv
expect 3 'gzip -t' ranks 3 records cut.csv -o cut.json
[ ! -e cut.json ] || fail "records of a damaged file were kept"

# ---- ingest ----

# contents FILE: a partition file as h5dump shows it, without what names the
# file and where its rows came from.
contents() { h5dump "$1" | awk '/ATTRIBUTE "provenance"/ { skip = 1 } !skip && NR > 1 { print } skip && /^   }$/ { skip = 0 }'; }

# ingest COUNT STORE ARGUMENT...: into the dataset t of an own store.
ingest() {
    local count=$1 store=$2
    shift 2
    ranks "$count" ingest t "$@" --schema auto --store "$store" --format csv 2>err >out </dev/null
}

# published STORE: the partitions in the order in which they were published.
published() { sed -n 's/.*"partition":"\([^"]*\)".*/\1/p' "$1/t/history.jsonl" | tr '\n' ' '; }

awk 'BEGIN { print "id,x,word"; for (i = 1; i <= 3000; i++) printf "%d,%.2f,\"w%d\"\n", i, i / 7, i % 50; print "3001,1" }' >a.csv
{ cat a.csv && printf '9,9.5,\xe9\n\n10,no,w\n'; } >b.csv
head -c 2000 a.csv >c.csv
mkdir gz
for name in a b c; do gzip -nc $name.csv >gz/$name.csv.gz; done
if command -v zstd >/dev/null; then zstd -q b.csv -o gz/b.csv.zst && rm gz/b.csv.gz; fi

# The same rows, accounts and rejects as of the plain files, in the same order.
ingest 1 plain a.csv b.csv c.csv || fail "plain files were not stored: $(cat err)"
cp out expected
ingest 3 many 'gz/?.csv.*' || fail "compressed files were not stored: $(cat err)"
cmp -s out expected || fail "the accounts differ: $(diff expected out)"
[ "$(published many)" = 'a b c ' ] || fail "published in the order $(published many)"
for name in a b c; do
    cmp -s <(contents plain/t/partitions/$name.*) <(contents many/t/partitions/$name.*) || fail "partition $name differs"
    h5dump -a /provenance many/t/partitions/$name.* | grep -qE 'compression[^a-z]*(gzip|zstd)' ||
        fail "the provenance of $name does not tell that it was compressed"
done
[ "$(contents plain/t/partitions/a.* | wc -l)" -gt 100 ] || fail "there was nothing to compare"
# The same bytes for any number of ranks.
ingest 1 one gz/* || fail "one rank: $(cat err)"
diff -r one/t/partitions many/t/partitions || fail "the stored bytes depend on the number of ranks"
cmp one/t/master.h5 many/t/master.h5 || fail "the master depends on the number of ranks"

# The dialect of each file is its own.
tr , ';' <a.csv | gzip -nc >semicolons.gz
ingest 3 detected --detect gz/a.csv.gz semicolons.gz || fail "with --detect: $(cat err)"
[ "$(cut -d, -f4 out | tr '\n' ' ')" = 'records 3001 3001 ' ] || fail "with --detect: $(cat out)"
[ "$(cut -d, -f6 out | tr '\n' ' ')" = 'rejected 1 1 ' ] || fail "with --detect: $(cat out)"

# Unchanged files are recognised, whatever they decompress to.
ingest 3 many gz/* || fail "unchanged: $(cat err)"
[ "$(cut -d, -f2 out | sort -u | tr '\n' ' ')" = 'result unchanged ' ] || fail "stored again: $(cat out)"
ingest 1 many gz/a.csv.gz || fail "unchanged: $(cat err)"
grep -q '^a,unchanged,' out || fail "one rank stored again what three had: $(cat out)"

# A damaged file ends the command; what stands before it is published, and nothing behind it.
cp gz/a.csv.gz a1.gz && cp gz/c.csv.gz a4.gz
printf 'id\n1\n' | gzip -n >a2.gz
head -c 900 gz/a.csv.gz >a3.gz
for count in 1 3; do
    got=0
    ingest $count damaged$count a[1-4].gz || got=$?
    [ $got = 3 ] || fail "damage at $count ranks: status $got: $(cat err)"
    grep -q 'a3.gz is damaged: it ends too early' err || fail "damage is not told: $(cat err)"
    [ "$(published damaged$count)" = 'a1 a2 ' ] || fail "damage at $count ranks: published $(published damaged$count)"
    [ "$(cut -d, -f1 out | tr '\n' ' ')" = 'partition a1 a2 ' ] || fail "the accounts before the damage: $(cat out)"
    [ "$(find damaged$count -name '*tmp*' | wc -l)" = 0 ] || fail "damage left temporaries"
    [ ! -e damaged$count/t/lock ] || fail "damage left the lock"
done

# Too many rejects keep one file out, not the others; its rejects are kept.
printf 'a,b\n1,2\n3\n4\n' | gzip -n >r2.gz
cp a1.gz r1.gz && cp a2.gz r3.gz
for count in 1 3; do
    got=0
    ingest $count refused$count r[1-3].gz || got=$?
    [ $got = 1 ] || fail "rejects at $count ranks: status $got: $(cat err)"
    [ "$(published refused$count)" = 'r1 r3 ' ] || fail "rejects at $count ranks: published $(published refused$count)"
    [ -e refused$count/t/unpublished/r2.h5 ] || fail "the rejects were not kept"
done

# ---- Patterns ----

expect 2 'no file matches "none*.csv"' ranks 1 ingest t 'none*.csv' --schema auto --store s
expect 2 'would both be the partition "a"' ranks 1 ingest t a.csv gz/a.csv.gz --schema auto --store s
expect 2 '--as names one partition, but 3 files are given' ranks 3 ingest t '[abc].csv' --as x --schema auto --store s
printf 'a\n1\n' >'odd[1].csv'
ingest 1 odd 'odd[1].csv' || fail "a file whose name looks like a pattern: $(cat err)"
touch -d '2001-01-01' Z.csv && printf 'a\n1\n' >Z.csv && printf 'a\n1\n' >y.csv
LC_ALL=C.UTF-8 ingest 3 sorted '[Zy].csv' || fail "a pattern: $(cat err)"
[ "$(published sorted)" = 'Z y ' ] || fail "not in bytewise order: $(published sorted)"

echo "compressed: passed"
