#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# fetch --to from a server that does what servers do wrong, and from those that
# make the file first: as fetch to the staging folder does it.

set -euo pipefail
# shellcheck source=servers.sh
. "$COLONNADE_SOURCE/tests/fetch/servers.sh"
s3_environment

start_python web fault_server.py
web=http://127.0.0.1:$PORT
start_python store s3_server.py "$AWS_SECRET_ACCESS_KEY"
export AWS_ENDPOINT_URL=http://127.0.0.1:$PORT
numbers 100000 1 >web/published/a.csv
numbers 12000000 2 >web/published/long.csv
printf '{"type": "FeatureCollection", "features": []}' >web/published/short.json
python3 -c 'print("{\"type\": \"FeatureCollection\", \"features\": [%s]}" % ", ".join(["{\"type\": \"Feature\"}"] * 9000))' \
    >web/published/long.json

# settings FETCH NAME=ADDRESS: FETCH is what stands in "fetch".
settings() {
    cat >config.json <<JSON
{ "s3": { "part_size": "5M", "memory": "20M", "retries": 1, "backoff": 0.01 },
  "fetch": { "backoff": 0.01, "export_poll": 0.01$1 },
  "boundaries": { "name": "areas", "url": "${2#*=}" },
  "datasets": { "calls": { "columns": [{ "name": "a" }], "sources": [{ "name": "${2%%=*}", "url": "${2#*=}" }] } } }
JSON
}

to_bucket() { # to_bucket STATUS TEXT ARGUMENT...
    local status=$1 text=$2
    shift 2
    expect "$status" 1 "$text" fetch --date $DAY --format csv --to s3://bucket/in "$@"
}

# has KEY FILE: the object has the bytes of that file, and nothing of it is under way.
has() {
    CHECKS_DONE=$((CHECKS_DONE + 1))
    s3_state objects | grep -qxF "bucket in/$1 $(sha256sum <"$2" | cut -d ' ' -f 1)" || fail "$1 is not $2: $(s3_state objects)"
    [ -z "$(s3_state uploads)" ] || fail "$1: uploads are left: $(s3_state uploads)"
}

# requests PATTERN: how many answers of the source match.
requests() { grep -c -E "$1" web/requests || true; }

# ---- What goes by and by ----

for fault in cut/3000 stall/2000 storm/3/503 storm/5/502 whole weak chunked gzip later/2 hub/2 jobs/2; do
    name=${fault//\//_}
    settings ', "stall_timeout": 1' "$name=$web/$fault/a.csv"
    to_bucket 0 '' calls --create
    says out "calls,$name,new,100000,"
    has "calls/$DAY/$name.csv" web/published/a.csv
done
[ "$(requests '^/hub/2/a.csv ')" = 3 ] || fail 'the export was not asked for three times'

# What was made is known by its address in the configuration, and is asked for changes where it lies.
settings '' "hub_2=$web/hub/2/a.csv"
to_bucket 0 '' calls
says out 'calls,hub_2,unchanged,100000,'
[ "$(requests '^/a.csv - 304 ')" = 1 ] || fail "the made file was not asked for changes: $(grep ' /a.csv' web/requests)"

# An upload that was cut goes on from the made file, which is asked for only what is missing.
settings '' "long=$web/hub/2/long.csv"
echo 'PUT partNumber=2 999 slow' >store/faults
to_bucket 3 'the service is busy' calls
rm store/faults
: >web/requests
to_bucket 0 '' calls
has "calls/$DAY/long.csv" web/published/long.csv
[ "$(requests '^/long.csv bytes=5242880- 206 ')" = 1 ] || fail "it did not go on: $(cat web/requests)"
[ "$(requests '^/long.csv ')" = 1 ] || fail "it was asked for more than the rest: $(cat web/requests)"

# JSON that is the file itself, below and above the size that a message may have.
day=10
for name in short long; do
    for way in / /hub/2/ /jobs/2/; do
        settings '' "areas=$web$way$name.json"
        expect 0 1 '' fetch boundaries --date 2026-03-$day --format csv --to s3://bucket/in
        has "boundaries/2026-03-$day/areas.geojson" web/published/$name.json
        day=$((day + 1))
    done
done

# ---- What an object's sidecar says of it is known to whoever reads it ----

cp web/published/a.csv sample.csv
echo '{"sample": true}' >sample.csv.meta.json
settings '' "sample=file://$PWD/sample.csv"
to_bucket 0 '' calls
for file in "s3://bucket/in/calls/$DAY/sample.csv" sample.csv; do
    expect 0 2 '' scan "$file" --format csv
    says out 'sample,SAMPLE DATA'
done
expect 0 1 '' scan "s3://bucket/in/calls/$DAY/hub_2.csv" --format csv
grep -qx 'sample,' out || fail "every object is a sample: $(head -n 3 out)"

# ---- What never comes right: an error that says why, and nothing in the bucket ----

while IFS='|' read -r fault text; do
    name=bad_${fault//\//_}
    settings ', "retries": 2, "stall_timeout": 1, "export_wait": 1' "$name=$web/$fault/a.csv"
    to_bucket 3 "$text" calls
    says out "calls,$name,failed,,"
    if s3_state objects | grep -F "$name"; then fail "$name left something"; fi
done <<'LIST'
cut/0|(after 3 tries)
storm/99/503|answers HTTP 503 (after 3 tries)
storm/1/501|answers HTTP 501
storm/1/204|answers HTTP 204
broken|out of order
never|still being prepared
json|no such layer
xml|AccessDenied
page|web page
LIST
[ "$(requests '^/storm/99/503/a.csv ')" = 3 ] || fail 'not tried three times'
[ -z "$(s3_state uploads)" ] || fail "uploads are left: $(s3_state uploads)"
finish
