#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# fetch from a server that does what servers and networks do wrong: never other
# bytes under the final name, and a message that says what went wrong.

set -euo pipefail
# shellcheck source=servers.sh
. "$COLONNADE_SOURCE/tests/fetch/servers.sh"

start_python server fault_server.py
base=http://127.0.0.1:$PORT
numbers 100000 1 >server/published/a.csv
numbers 90000 2 >server/published/a.csv.new
a=server/published/a.csv
parts='"part_size": 4096, "connections": 3'

# requests PATTERN: how many answers match.
requests() {
    grep -c -E "$1" server/requests || true
}

# row SOURCE WANTED: the line of the table begins so.
row() {
    says out "calls,$1,$2"
}

# Sound: 25 parts, each once.
configure "$parts" "sound=$base/a.csv"
fetch 0 ''
row sound 'new,100000,100000,'
arrived sound $a
[ "$(requests '^/a.csv bytes=[0-9]+-[0-9]+ 206 ')" = 25 ] || fail "not 25 parts: $(cat server/requests)"
says staging/calls/$DAY/sound.csv.meta.json "$(sha256sum <$a | cut -d ' ' -f 1)"
no_partials

# What goes by and by, and is right in the end.
for fault in cut/3000 stall/2000 corrupt/70000 storm/3/503 storm/4/429 storm/2/500 storm/5/502 whole weak eager chunked \
    gzip liar change/3 later/2 hub/2 jobs/2 md5; do
    name=${fault//\//_}
    wanted=$a
    [ "$fault" != change/3 ] || wanted=$a.new
    [ "$fault" != md5 ] || parts='"connections": 3' # said of the content of one answer, so of a file in one part
    configure "$parts, \"stall_timeout\": 1, \"export_poll\": 0.01" "$name=$base/$fault/a.csv"
    fetch 0 ''
    row "$name" "new,$(stat -c %s "$wanted"),"
    arrived "$name" "$wanted"
    no_partials
done
[ "$(requests '^/storm/5/502/a.csv [^ ]+ 502 ')" = 5 ] || fail 'the storm was shorter'
[ "$(requests '^/change/3/a.csv [^ ]+ 200 ')" -gt 0 ] || fail 'the change was not seen'
[ "$(requests '^/hub/2/a.csv ')" = 3 ] || fail 'the export was not asked for three times'
says staging/calls/$DAY/hub_2.csv.meta.json "\"url\":	\"$base/hub/2/a.csv\""
says staging/calls/$DAY/hub_2.csv.meta.json "\"final_url\":	\"$base/a.csv\""

# What never comes right: an error that says why, nothing under the final name.
while IFS='|' read -r fault text; do
    name=${fault//\//_}
    [ "$fault" != more ] || parts='"part_size": 4096, "connections": 3'
    configure "$parts, \"retries\": 2, \"stall_timeout\": 1, \"export_poll\": 0.01, \"export_wait\": 1" "$name=$base/$fault/a.csv"
    fetch 3 "$text"
    row "$name" 'failed,,'
    says err "Download $base/$fault/a.csv by hand to staging/calls/$DAY/$name.csv"
    says err "colonnade ingest calls staging/calls/$DAY/$name.csv --as $name"
    [ ! -e "staging/calls/$DAY/$name.csv" ] || fail "$name was stored"
done <<'LIST'
cut/0|closed with
spoilt/500|its SHA-256 is
badmd5|its MD5 is
more|more bytes than it said
storm/99/503|answers HTTP 503
storm/1/501|answers HTTP 501
storm/1/204|answers HTTP 204
broken|out of order
never|still being prepared
json|no such layer
xml|AccessDenied
page|web page
LIST
[ "$(requests '^/storm/99/503/a.csv ')" = 3 ] || fail 'not tried three times'
[ "$(requests '^/storm/1/501/a.csv ')" = 1 ] || fail 'tried again in vain'

# The second address serves where the first does not.
configure '"retries": 1' "second=$base/storm/99/503/a.csv,$base/none.csv,$base/a.csv"
fetch 0 ''
arrived second $a
says staging/calls/$DAY/second.csv.meta.json "\"url\":	\"$base/a.csv\""
no_partials

# Sizes: the limit, the disk.
configure '"size_limit": 99999' "large=$base/a.csv"
fetch 3 'more than 99999 bytes'
configure '"size_limit": 99999' "large=$base/chunked/a.csv"
fetch 3 'more than 99999 bytes'

configure '"size_limit": "100T", "part_size": 4096' "large=$base/huge/a.csv"
fetch 3 'are free'
[ "$(requests '^/huge/a.csv ')" = 1 ] || fail 'more was asked for than the disk can hold'
no_partials

# A whole transfer that takes too long.
configure '"transfer_timeout": 1, "retries": 20, "backoff": 1' "long=$base/storm/9999/500/a.csv"
sed -i 's/"backoff": 0.01, //' config.json
fetch 3 'takes longer than 1 s'

# Unchanged on another day: no transfer, and the day has the bytes.
configure "$parts" "sound=$base/a.csv"
before=$(requests '^/a.csv ')
DAY=2026-01-03
fetch 0 ''
row sound 'unchanged,100000,0,'
arrived sound $a
[ "$(requests '^/a.csv [^ ]+ 304 0$')" = 1 ] || fail 'not one 304'
[ "$(requests '^/a.csv ')" = $((before + 1)) ] || fail 'more than one request'
[ "$(stat -c %h staging/calls/$DAY/sound.csv)" = 2 ] || fail 'the bytes are stored twice'
fetch 0 ''
row sound 'unchanged,100000,0,staging/calls/2026-01-03/sound.csv'
# An earlier file that somebody changed is not relied on.
rm staging/calls/$DAY/sound.csv staging/calls/$DAY/sound.csv.meta.json
printf 'b' | dd of=staging/calls/2026-01-02/sound.csv bs=1 seek=500 conv=notrunc status=none
DAY=2026-01-04
fetch 0 ''
row sound 'unchanged,100000,100000,'
arrived sound $a
# New bytes on the same day are a numbered sibling.
cp $a.new $a
fetch 0 ''
row sound 'changed,90000,90000,staging/calls/2026-01-04/sound.2.csv'
same $a staging/calls/$DAY/sound.2.csv 'the second version'

# ingest takes the newest, and an earlier one by its date.
expect 0 1 '' ingest calls --staging staging --store store --schema auto --quiet --allow-rejects
expect 0 1 '' ingest calls --staging staging --store store --schema auto --date 2026-01-02 --quiet --allow-rejects
finish
