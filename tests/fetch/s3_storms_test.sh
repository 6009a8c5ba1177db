#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Object storage that is busy, fails inside, and cuts connections: in the middle
# of uploads in parts and of reading by ranges. What passes by leaves the right
# bytes and nothing else; what never ends is asked for a bounded number of
# times, and told. The server checks every signature.
# timeout: 900

set -euo pipefail
# shellcheck source=servers.sh
. "$COLONNADE_SOURCE/tests/fetch/servers.sh"
s3_environment

start_python web fault_server.py
web=http://127.0.0.1:$PORT
start_python store s3_server.py "$AWS_SECRET_ACCESS_KEY"
export AWS_ENDPOINT_URL=http://127.0.0.1:$PORT
numbers 12000000 1 >web/published/a.csv # three parts
a=web/published/a.csv
"$COLONNADE" scan $a --format csv >wanted.scan
retries=3

# settings SOURCE...: a configuration of small parts and short pauses; a SOURCE is NAME=ADDRESS.
settings() {
    local source sources=''
    for source in "$@"; do sources+="${sources:+, }{\"name\": \"${source%%=*}\", \"url\": \"${source#*=}\"}"; done
    cat >config.json <<JSON
{ "s3": { "part_size": "5M", "parts_at_once": 3, "memory": "20M", "retries": $retries, "backoff": 0.01 },
  "fetch": { "part_size": "2M", "retries": $retries, "backoff": 0.01 },
  "buckets": { "processed": "s3://bucket/store" },
  "datasets": { "calls": { "columns": [{ "name": "a" }, { "name": "b" }], "sources": [$sources] } } }
JSON
}

# storm [FAULT...]: what goes wrong from now on, a line of s3_server.py each.
storm() {
    printf '%s\n' "$@" >store/faults.new
    mv store/faults.new store/faults
    : >store/requests
}

# tries METHOD PATTERN: how often requests were made for each target, the most of all.
tries() {
    awk -v method="$1" -v pattern="$2" '$1 == method && $3 ~ pattern && ++count[$3] > most { most = count[$3] }
        END { print most + 0 }' store/requests
}

no_uploads() {
    CHECKS_DONE=$((CHECKS_DONE + 1))
    [ -z "$(s3_state uploads)" ] || fail "$1: uploads are left: $(s3_state uploads)"
    if s3_state objects | grep '\.upload '; then fail "$1: a state is left"; fi
}

# has KEY FILE: the object has the bytes of that file.
has() {
    CHECKS_DONE=$((CHECKS_DONE + 1))
    s3_state objects | grep -qxF "bucket $1 $(sha256sum <"$2" | cut -d ' ' -f 1)" || fail "$1 is not $2: $(s3_state objects)"
}

to_bucket() { # to_bucket STATUS TEXT ARGUMENT...
    local status=$1 text=$2
    shift 2
    expect "$status" 1 "$text" fetch calls --date $DAY --format csv --to s3://bucket/in "$@"
}

settings
storm
settings "first=$web/a.csv"
to_bucket 0 '' --create
has in/calls/$DAY/first.csv $a

# ---- Storms that pass by, over every request ----

for fault in $(printf '%s\n' slow bare error reset half lost | some 3); do
    settings "up_$fault=$web/a.csv"
    storm "GET . 2 $fault" "HEAD . 2 $fault" "PUT . 2 $fault" "POST . 2 $fault" "DELETE . 2 $fault"
    to_bucket 0 ''
    has in/calls/$DAY/"up_$fault.csv" $a
    no_uploads "$fault"
    [ "$fault" = half ] || [ "$(tries PUT partNumber=2)" -ge 3 ] || fail "$fault: a part was tried $(tries PUT partNumber=2) times only"
    storm "GET . 2 $fault" "HEAD . 2 $fault"
    expect 0 3 '' scan "s3://bucket/in/calls/$DAY/up_$fault.csv" --format csv
    same wanted.scan out "$fault: what three ranks read"
    settings "down_$fault=s3://bucket/in/calls/$DAY/up_$fault.csv" # not the same ranges, so they meet the storm too
    fetch 0 ''
    arrived "down_$fault" $a
    rm -r staging
done
settings "up_late=$web/a.csv"
storm 'POST uploadId= 2 late'
to_bucket 0 ''
has in/calls/$DAY/up_late.csv $a
[ "$(tries POST uploadId=)" = 3 ] || fail 'an error within status 200 was not noticed'

# What is whole is whole, though the service does not let the traces be removed.
settings "traced=$web/a.csv"
storm 'POST delete 999 slow'
to_bucket 0 ''
says err 'which --abort removes'
has in/calls/$DAY/traced.csv $a
storm
to_bucket 0 '' --abort
no_uploads traced

# From bucket to bucket, with both in the storm.
settings "copied=s3://bucket/in/calls/$DAY/first.csv"
storm 'GET first.csv 2 half' 'GET . 1 slow' 'PUT . 2 slow'
to_bucket 0 ''
has in/calls/$DAY/copied.csv $a
no_uploads copied

# ---- Storms that never end ----

while IFS='|' read -r fault text; do
    # Some parts arrive: they wait for the next run, or for --abort.
    settings "cut_$fault=$web/a.csv"
    storm "PUT partNumber=2 999 $fault"
    to_bucket 3 "$text"
    # On a connection that was kept, libcurl repeats what got no answer at all, five times at the most.
    most=$((retries + 1))
    [ "$fault" != reset ] || most=$((6 * most))
    [ "$(tries PUT partNumber=2)" -le $most ] || fail "$fault: a part was tried $(tries PUT partNumber=2) times"
    [ "$(s3_state uploads | wc -l)" = 1 ] || fail "$fault: not one upload waits: $(s3_state uploads)"
    if s3_state objects | grep "cut_$fault.csv "; then fail "$fault: something is visible"; fi
    storm
    to_bucket 0 ''
    has in/calls/$DAY/"cut_$fault.csv" $a
    [ "$(tries PUT partNumber=1)" = 0 ] || fail "$fault: a part that was there was sent again"
    no_uploads "$fault, in the next run"
    settings "gone_$fault=$web/a.csv"
    storm "PUT partNumber=2 999 $fault"
    to_bucket 3 "$text"
    storm
    to_bucket 0 '' --abort
    no_uploads "$fault, after --abort"

    # Nothing can be written, not even what the next run would need.
    settings "lone_$fault=$web/a.csv"
    storm "PUT . 999 $fault"
    to_bucket 3 "$text"
    no_uploads "$fault, without a state"

    # Reading.
    storm "GET . 999 $fault"
    expect 3 3 "$text" ingest calls "s3://bucket/in/calls/$DAY/first.csv" --store read --schema auto
    [ "$(tries GET first.csv$)" -le $((3 * 4 * most)) ] || fail "$fault: asked $(tries GET first.csv$) times"
    [ ! -e read ] || [ -z "$(find read -name '*.h5')" ] || fail "$fault: a store was published: $(find read)"
done < <(
    some 3 <<'LIST'
slow|HTTP 503) (after 4 tries)
bare|the service is busy
error|InternalError, HTTP 500) (after 4 tries)
reset|(after 4 tries)
LIST
)

# ---- The store, there and back ----

expect 0 2 '' ingest calls $a --store whole --schema auto --quiet
for fault in $(printf '%s\n' slow reset lost | some 2); do
    storm "GET . 2 $fault" "HEAD . 2 $fault" "PUT . 2 $fault" "POST . 2 $fault" "DELETE . 2 $fault"
    expect 0 1 '' push --store whole
    no_uploads "push, $fault"
    expect 0 1 '' pull --store "back_$fault"
    fingerprint whole >wanted.store
    fingerprint "back_$fault" >got.store
    same wanted.store got.store "what was pulled, $fault"
    expect 0 1 '' remove --all --s3 --yes
done
storm 'PUT partNumber=2 999 slow'
expect 3 1 'the service is busy' push --store whole
no_uploads 'push that met a storm without end'
finish
