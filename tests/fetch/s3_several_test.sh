#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# fetch --to brings several files at once, as many as have memory for two parts
# each; one that waits keeps nobody else waiting, and a signal gives all up.

set -euo pipefail
# shellcheck source=servers.sh
. "$COLONNADE_SOURCE/tests/fetch/servers.sh"
s3_environment
command -v python3 >/dev/null || skip 'no python3 to serve files'

start_python store s3_server.py "$AWS_SECRET_ACCESS_KEY"
export AWS_ENDPOINT_URL=http://127.0.0.1:$PORT
mkdir files
python3 "$COLONNADE_SOURCE/tests/s3/source.py" files sent >port &
SERVERS+=($!)
for ((i = 0; i < 1200; i++)); do [ ! -s port ] || break && sleep 0.05; done
web=http://127.0.0.1:$(cat port)
names=(one two three four five)
for i in "${!names[@]}"; do numbers 11000000 "$i" >"files/${names[i]}.csv"; done

# settings PART MEMORY NAME...: a configuration with sources of these names.
settings() {
    local part=$1 memory=$2 name sources=''
    shift 2
    for name in "$@"; do sources+="${sources:+, }{\"name\": \"$name\", \"url\": \"$web/$name.csv\"}"; done
    cat >config.json <<JSON
{ "s3": { "part_size": "$part", "memory": "$memory", "retries": 2, "backoff": 0.01 },
  "fetch": { "files": 3, "backoff": 0.01 },
  "datasets": { "calls": { "columns": [{ "name": "a" }], "sources": [$sources] } } }
JSON
}

# all_arrived FOLDER NAME...: the objects are what the sources have, and nothing is under way.
all_arrived() {
    local folder=$1 name
    shift
    CHECKS_DONE=$((CHECKS_DONE + 1))
    s3_state objects >there
    for name in "$@"; do
        grep -qxF "bucket $folder/calls/$DAY/$name.csv $(sha256sum <"files/$name.csv" | cut -d ' ' -f 1)" there ||
            fail "$folder: $name is not what the source has: $(cat there)"
    done
    [ -z "$(s3_state uploads)" ] || fail "$folder: uploads are left: $(s3_state uploads)"
    if grep '\.upload ' there; then fail "$folder: a state is left"; fi
}

# until_state WHAT PATTERN COUNT: until so many lines of the state match.
until_state() {
    local i
    for ((i = 0; i < 600; i++)); do
        [ "$(s3_state "$1" | grep -c -E "$2")" -lt "$3" ] || return 0
        sleep 0.1
    done
    fail "not $3 $1 like $2: $(s3_state "$1")"
}

# in_background FOLDER: sets RUNNING, the process itself.
in_background() {
    (exec "$COLONNADE" fetch calls --date $DAY --format csv --to "s3://bucket/$1" --create) >out 2>err &
    RUNNING=$!
}

# ---- The first is slow to come: the others do not wait for it ----

settings 5M 30M "${names[@]}"
echo 0 >files/one.csv.gate
in_background several
until_state objects 'several/calls/.*/(two|three|four|five)\.csv ' 4
if s3_state objects | grep 'several/.*/one\.csv '; then fail 'the first came although it was held'; fi
rm files/one.csv.gate
wait $RUNNING || fail "several files: $(cat err)"
all_arrived several "${names[@]}"
[ "$(cut -d , -f 2 out | tr '\n' ' ')" = 'source one two three four five ' ] || fail "not in their order: $(cat out)"
expect 0 1 '' fetch calls --date $DAY --format csv --to s3://bucket/several
[ "$(grep -c ',unchanged,' out)" = 5 ] || fail "not unchanged: $(cat out)"

# ---- No more of them at once than have two parts each ----

settings 5M 20M one two three
for name in one two three; do echo 6000000 >files/$name.csv.gate; done
in_background few
until_state uploads 'few/' 2
[ "$(s3_state uploads | wc -l)" = 2 ] || fail "four parts of memory are not two files: $(s3_state uploads)"
rm files/*.gate
wait $RUNNING || fail "few at once: $(cat err)"
all_arrived few one two three
settings 5M 10M one two
expect 0 1 '' fetch calls --date $DAY --format csv --to s3://bucket/single
all_arrived single one two

# ---- An upload of greater parts waits until there is memory to go on with it ----

settings 10M 20M three
echo 'PUT three.csv.partNumber=2 999 slow' >store/faults
expect 3 1 'the service is busy' fetch calls --date $DAY --format csv --to s3://bucket/great
rm store/faults
: >store/requests
settings 5M 20M one three two
expect 0 1 '' fetch calls --date $DAY --format csv --to s3://bucket/great
all_arrived great one two three
says err 'going on with an upload that was interrupted'
if grep 'PUT .*three.csv.partNumber=1&' store/requests; then fail 'a part that was there was sent again'; fi

# ---- One of them fails, and a signal ----

settings 5M 20M one missing two
expect 3 1 'missing of calls did not arrive' fetch calls --date $DAY --format csv --to s3://bucket/failing
all_arrived failing one two
settings 5M 20M one two
for name in one two; do echo 6000000 >files/$name.csv.gate; done
in_background stopped
until_state uploads 'stopped/.* [1-9]' 2
kill -TERM $RUNNING
status=0
wait $RUNNING || status=$?
[ $status -gt 128 ] || fail "SIGTERM: the status is $status: $(cat err)"
all_arrived stopped
if grep ' stopped/' there; then fail 'SIGTERM left objects'; fi
finish
