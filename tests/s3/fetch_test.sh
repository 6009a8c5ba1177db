#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# fetch --to: sources go into a bucket as they come, in parts, with bounded
# memory; what was killed goes on, what was interrupted leaves nothing, and
# nothing is overwritten.
# timeout: 900

set -euo pipefail
# shellcheck source=server.sh
. "$COLONNADE_SOURCE/tests/s3/server.sh"

s3_begin_test
DAY=2026-03-04
MIB=1048576

# ---- The sources ----

mkdir source
"$COLONNADE" generate service_requests_311 --size 33M -q -o source/big.csv
printf 'a,b\n1,2\n' >source/small.csv
cp source/small.csv 'source/odd name+%ü~.csv'
python3 "$COLONNADE_SOURCE/tests/s3/source.py" source requests.log >port &
echo $! >source.pid
finish() {
    kill "$(cat source.pid)" 2>/dev/null || true
    s3_stop "$PWD/swift"
}
trap finish EXIT
until [ -s port ]; do sleep .1; done
URL=http://127.0.0.1:$(cat port)

# config NAME=URL...: a configuration with these sources
config() {
    local source list=''
    for source in "$@"; do
        list+=${list:+,}"{\"name\": \"${source%%=*}\", \"url\": \"${source#*=}\"}"
    done
    cat >config.json <<JSON
{ "s3": { "part_size": "5M", "parts_at_once": 3, "memory": "20M" },
  "buckets": { "staging": "s3://colonnade-roles/in" },
  "datasets": { "calls": { "columns": [{ "name": "a" }], "sources": [$list] } } }
JSON
}

to() { "$COLONNADE" fetch calls --date $DAY --format csv --to "$@"; }

# The same for the background, where the process itself must be the one that is killed.
start_to() { exec "$COLONNADE" fetch calls --date $DAY --format csv --to "$@"; }

# same KEY FILE: whether the independent client reads the same bytes
same() {
    s3_aws s3 cp "s3://$1" got >/dev/null
    cmp got "$2" || fail "s3://$1 is not $2"
    rm got
}

# shellcheck disable=SC2016 # a query of JMESPath
uploads() { s3_aws s3api list-multipart-uploads --bucket "$1" --query 'length(Uploads || `[]`)' --output text; }

objects() { s3_aws s3api list-objects-v2 --bucket "$1" --query 'Contents[].Key' --output text | tr '\t' '\n'; }

# ---- A bucket is made only when that is asked for ----

config "big=$URL/big.csv" "small=$URL/small.csv" "local=file://$PWD/source/big.csv"
if to s3://colonnade-fetch/pre 2>err; then fail "a bucket that is missing was no error"; fi
grep -q -- '--create' err || fail "nobody says how to make a bucket: $(cat err)"
to s3://colonnade-fetch/pre --create >out

# ---- New, then unchanged; the sidecar tells the origin ----

grep -q "^calls,big,new,$(stat -c %s source/big.csv)," out || fail "big did not arrive: $(cat out)"
grep -q "s3://colonnade-fetch/pre/calls/$DAY/small.csv" out || fail "no address: $(cat out)"
same colonnade-fetch/pre/calls/$DAY/big.csv source/big.csv
same colonnade-fetch/pre/calls/$DAY/small.csv source/small.csv
same colonnade-fetch/pre/calls/$DAY/local.csv source/big.csv
s3_aws s3 cp s3://colonnade-fetch/pre/calls/$DAY/big.csv.meta.json meta.json >/dev/null
python3 - "$URL" <<'PYTHON'
import hashlib, json, sys
meta = json.load(open("meta.json"))
data = open("source/big.csv", "rb").read()
assert meta["sha256"] == hashlib.sha256(data).hexdigest(), meta
assert meta["size_bytes"] == len(data) and meta["url"] == sys.argv[1] + "/big.csv", meta
assert meta["etag"] == '"%s"' % hashlib.md5(data).hexdigest(), meta
PYTHON
etag=$(s3_aws s3api head-object --bucket colonnade-fetch --key pre/calls/$DAY/big.csv --query ETag --output text)
case $etag in *-7*) ;; *) fail "33 MB are not 7 parts of 5 MiB: $etag" ;; esac
objects colonnade-fetch >before
grep -c ' PUT ' swift/proxy.log >puts.before
to s3://colonnade-fetch/pre >out
[ "$(grep -c ',unchanged,' out)" = 3 ] || fail "the same bytes again are not unchanged: $(cat out)"
objects colonnade-fetch | cmp - before || fail "a second run changed the bucket"
[ "$(grep -c ' PUT ' swift/proxy.log)" = "$(cat puts.before)" ] || fail "a second run uploaded something"

# ---- Changed bytes of the same day get a number, with or without validators ----

echo '3,4' >>source/small.csv
to s3://colonnade-fetch/pre >out
grep -q "small,changed,.*small.2.csv" out || fail "changed bytes: $(cat out)"
same colonnade-fetch/pre/calls/$DAY/small.2.csv source/small.csv
config "small=$URL/plain/small.csv"
to s3://colonnade-fetch/pre >out
grep -q 'small,unchanged' out || fail "without validators the same bytes are not found: $(cat out)"
echo '5,6' >>source/small.csv
to s3://colonnade-fetch/pre >out
grep -q "small,changed,.*small.3.csv" out || fail "without validators: $(cat out)"
same colonnade-fetch/pre/calls/$DAY/small.3.csv source/small.csv

# ---- A source that sends less than before is not whole ----

for i in $(seq 1000); do echo "$i,$i"; done >source/brief.csv
config "brief=$URL/brief/brief.csv"
to s3://colonnade-fetch/pre >out 2>err || fail "a source that was cut: $(cat err)"
same colonnade-fetch/pre/calls/$DAY/brief.csv source/brief.csv

# ---- s3 as a source; the bucket of a role; unusual names ----

config "copy=s3://colonnade-fetch/pre/calls/$DAY/big.csv" "odd name+%ü~(')=file://$PWD/source/odd%20name+%25%C3%BC~.csv"
to staging --create >out
same colonnade-roles/in/calls/$DAY/copy.csv source/big.csv
same "colonnade-roles/in/calls/$DAY/odd name+%ü~(').csv" 'source/odd name+%ü~.csv'
to staging >out
[ "$(grep -c ',unchanged,' out)" = 2 ] || fail "an object as a source: $(cat out)"

# ---- s3 as a source of the staging folder ----

config "copy=s3://colonnade-fetch/pre/calls/$DAY/big.csv" "odd=s3://colonnade-roles/in/calls/$DAY/odd name+%ü~(').csv"
"$COLONNADE" fetch calls --date $DAY --format csv >out
cmp staging/calls/$DAY/copy.csv source/big.csv
cmp staging/calls/$DAY/odd.csv 'source/odd name+%ü~.csv'
"$COLONNADE" fetch calls --date $DAY --format csv >out
[ "$(grep -c ',unchanged,' out)" = 2 ] || fail "objects into the staging folder: $(cat out)"
if AWS_SECRET_ACCESS_KEY=wrong-Secret/9 "$COLONNADE" fetch calls --date 2026-03-05 >out 2>err; then
    fail "a wrong secret fetched something"
fi
grep -q 'HTTP 403' err || fail "a wrong secret: $(cat err)"
grep -rqF -e "$S3_SECRET" -e 'AWS4-HMAC' -e X-Amz staging && fail "a secret or a signature is in the staging folder"

# ---- What is not there is told, and leaves nothing ----

config "none=$URL/none.csv" "page=file://$PWD/page.csv"
printf '<!DOCTYPE html><p>Sorry</p>' >page.csv
if to s3://colonnade-fetch/none >out 2>err; then fail "a missing source was no error"; fi
grep -q 'web page' err || fail "a page was taken for a file: $(cat err)"
objects colonnade-fetch | grep -q '^none' && fail "failed sources left objects"
[ "$(uploads colonnade-fetch)" = 0 ] || fail "uploads were left behind"

# ---- Killed in the middle: the next run sends what is missing ----

# begin NAME LIMIT: starts an upload of a source that stops after so many bytes,
# and waits until its state tells of 3 parts
begin() {
    echo "$2" >source/big.csv.gate
    config "$1=$URL/big.csv"
    start_to s3://colonnade-fetch/cut >out 2>err &
    upload=$!
    for _ in $(seq 600); do
        if s3_aws s3 cp "s3://colonnade-fetch/cut/calls/$DAY/.$1.csv.upload" state >/dev/null 2>&1 &&
            [ "$(parts)" -ge 3 ]; then
            return 0
        fi
        sleep .1
    done
    fail "no parts of $1 arrived: $(cat err)"
}

parts() {
    python3 -c 'import json; s = json.load(open("state")); print(s["key"], s["upload_id"], len(s["hashes"]))' >fields
    read -r key id hashes <fields
    local listed
    # shellcheck disable=SC2016
    listed=$(s3_aws s3api list-parts --bucket colonnade-fetch --key "$key" --upload-id "$id" \
        --query 'length(Parts || `[]`)' --output text)
    echo $((listed < hashes - 1 ? listed : hashes - 1))
}

begin killed $((16 * MIB))
kill -9 $upload
wait $upload 2>/dev/null || true
[ "$(uploads colonnade-fetch)" = 1 ] || fail "the parts of a killed upload are gone"
until [ "$(grep -c '^/big.csv 0 ' requests.log)" -ge 2 ]; do sleep .1; done # the killed one's line
: >requests.log
rm source/big.csv.gate
to s3://colonnade-fetch/cut >out 2>err
grep -q 'killed,new' out || fail "the killed upload did not go on: $(cat out err)"
grep -q 'going on with an upload' err || fail "it began anew: $(cat err)"
same colonnade-fetch/cut/calls/$DAY/killed.csv source/big.csv
until [ -s requests.log ]; do sleep .1; done
read -r _ first sent <requests.log
[ "$first" = $((15 * MIB)) ] || fail "it went on at byte $first, not behind the third part"
[ $((first + sent)) = "$(stat -c %s source/big.csv)" ] || fail "it took $sent bytes from $first on"
[ "$(uploads colonnade-fetch)" = 0 ] || fail "an upload was left behind"
objects colonnade-fetch | grep -q '\.upload$' && fail "a state was left behind"
s3_aws s3 cp s3://colonnade-fetch/cut/calls/$DAY/killed.csv.meta.json meta.json >/dev/null
grep -q "$(sha256sum <source/big.csv | cut -d ' ' -f 1)" meta.json || fail "the hash of a resumed upload is wrong"

# A source that is another version by then: its bytes never mix with the old.
begin replaced $((16 * MIB))
kill -9 $upload
wait $upload 2>/dev/null || true
rm source/big.csv.gate
cp source/big.csv kept.csv
sed -i '1000s/./#/' source/big.csv
to s3://colonnade-fetch/cut >out 2>err
same colonnade-fetch/cut/calls/$DAY/replaced.csv source/big.csv
[ "$(uploads colonnade-fetch)" = 0 ] || fail "the upload of the old version was left behind"
mv kept.csv source/big.csv

# ---- Interrupted: it leaves no orphans ----

for signal in INT TERM; do
    begin "stopped_$signal" $((16 * MIB))
    kill -$signal $upload
    status=0
    wait $upload || status=$?
    [ $status -gt 128 ] || fail "SIG$signal: the status is $status: $(cat err)"
    [ "$(uploads colonnade-fetch)" = 0 ] || fail "SIG$signal left parts behind"
    objects colonnade-fetch | grep -q 'stopped' && fail "SIG$signal left objects behind"
done
begin forgotten $((16 * MIB))
kill -9 $upload
wait $upload 2>/dev/null || true
to s3://colonnade-fetch/cut --abort 2>err
grep -q '1 interrupted upload' err || fail "--abort says nothing: $(cat err)"
[ "$(uploads colonnade-fetch)" = 0 ] || fail "--abort left parts behind"
objects colonnade-fetch | grep -q 'forgotten' && fail "--abort left the state behind"
rm source/big.csv.gate

# ---- A wrong secret is refused, and no secret is ever told ----

if AWS_SECRET_ACCESS_KEY=wrong-Secret/9 to s3://colonnade-fetch/pre >out 2>err; then fail "a wrong secret worked"; fi
grep -q 'HTTP 403' err || fail "a wrong secret: $(cat err)"
cat ./*.json out err requests.log >everything
if grep -qF -e "$S3_SECRET" -e 'wrong-Secret' everything; then fail "a secret was told"; fi

# ---- Memory: 256 MB through 8 MiB parts stay far below what they are ----

"$COLONNADE" generate service_requests_311 --size 256M -q -o source/large.csv
config "large=$URL/plain/large.csv"
sed -i 's/"part_size": "5M", "parts_at_once": 3, "memory": "20M"/"part_size": "8M"/' config.json
start_to s3://colonnade-fetch/large >out 2>err &
upload=$!
peak=0
while kill -0 $upload 2>/dev/null; do
    now=$(awk '/^RssAnon/ { print $2 }' /proc/$upload/status 2>/dev/null || true)
    if [ "${now:-0}" -gt "$peak" ]; then peak=$now; fi
    sleep .05
done
wait $upload || fail "the large file did not arrive: $(cat err)"
echo "peak of RssAnon: $peak KiB"
[ "$peak" -gt 0 ] || fail "the memory was not seen"
case $(nm "$COLONNADE" 2>/dev/null | grep -c __asan_init || true) in
    0) [ "$peak" -le $((128 * 1024)) ] || fail "a stream of 256 MB takes $peak KiB" ;;
esac
etag=$(s3_aws s3api head-object --bucket colonnade-fetch --key large/calls/$DAY/large.csv --query ContentLength --output text)
[ "$etag" = "$(stat -c %s source/large.csv)" ] || fail "the large object has $etag bytes"
