#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# A dataset is made again from what `info --provenance` tells, without the
# configuration that it was made by: docs/rebuild.py. The bytes are the same.

set -euo pipefail
# shellcheck source=store.sh
. "$COLONNADE_SOURCE/tests/readers/store.sh"
set_python json || skip 'there is no Python'

cat >config.json <<'JSON'
{"datasets": {
  "calls": {"time_zone": "America/Denver", "on_duplicate": "keep-last", "on_bad_cell": "reject", "max_reject_rate": 0.5,
    "dialect": {"delimiter": ";", "quote": "'", "skip_lines": 1}, "formats": ["%d.%m.%Y %H:%M"],
    "columns": [
      {"name": "part", "type": "integer", "role": "key"},
      {"name": "number", "type": "text", "role": "key", "compare": "number", "aliases": ["no"]},
      {"name": "opened", "type": "timestamp", "role": "time"},
      {"name": "closed", "type": "timestamp", "formats": [{"pattern": "%Y-%m-%dT%H:%M:%S", "zone": "utc"}, "epoch_ms"]},
      {"name": "kind", "type": "category", "role": "condition", "fold": "upper", "synonyms": {"ICY": "ICE"}},
      {"name": "zip", "type": "category", "normalise": "zip5"},
      {"name": "note", "type": "text", "trim": false}, {"name": "absent", "type": "double"}]},
  "bare": {"on_malformed": "repair", "dialect": {"header": false, "quote": "none", "fallback_encoding": "none"},
    "columns": [{"name": "a", "type": "integer"}, {"name": "b", "type": "auto"}]}}}
JSON
calls() {
    printf 'a title\nNo;Part;Opened;Closed;Kind;Zip;Note;Other\n'
    for ((i = $1; i < $2; i++)); do
        printf "%d.0;%d;%d.01.2015 12:30;2015-07-01T05:00:0%d;%s;80202-%04d; 'x' %d ;y%d\n" "$i" $((i % 2)) $((i % 28 + 1)) \
            $((i % 10)) "$([ $((i % 3)) = 0 ] && echo icy || echo Dry)" "$i" "$i" "$i"
    done
}
{ calls 0 60 && printf '7;x;;;;;;\n' && printf '8;1;;;caf\xe9;;;\n'; } >2015.csv
calls 40 90 | gzip >2016.csv.gz
printf 'a title\nKind;Note\nwet;none has a key\n' >old.csv
printf '1,one\n2,"two"\n3\n' >bare.csv
printf '{"url": "https://example.org/2015.csv", "etag": "\\"7\\"", "addresses": ["https://example.org/2015.csv"]}' >2015.csv.meta.json
printf 'n,when,text\n1.5,2015-01-01,a\n,2015-01-02,b\nx\n' >auto.csv
mkdir sources
cp ./*.csv ./*.gz sources
expect 0 1 '' ingest calls 2015.csv 2016.csv.gz --store first
expect 0 1 '' ingest calls old.csv --as o --store first
expect 0 2 '' ingest bare bare.csv --store first
expect 0 1 '' ingest auto auto.csv --schema auto --allow-rejects --store first
printf '5\t6\n' >none.csv
cp none.csv sources
expect 0 1 '' ingest auto none.csv --schema auto --no-header --delimiter tab --store first
[ "$(launch 1 info calls --store first --format csv 2>/dev/null | awk -F, '$8 > 0' | wc -l)" -ge 2 ] || fail 'there are no duplicates'

rm config.json
cd sources
PATH=$(dirname "$COLONNADE"):$PATH
for dataset in calls bare auto; do
    launch 1 info $dataset --provenance --store ../first --format json >../$dataset.json 2>../err || fail "info $dataset: $(cat ../err)"
    "$PYTHON" "$COLONNADE_SOURCE/docs/rebuild.py" "../$dataset" <../$dataset.json >../commands || fail "$dataset: rebuild.py"
    sh "../$dataset/rebuild.sh" --store ../second >../out 2>&1 || fail "$dataset: $(cat ../out)"
    launch 1 clean $dataset --store ../second >/dev/null 2>&1
    launch 1 clean $dataset --store ../first >/dev/null 2>&1
done
cd ..
fingerprint first >wanted
fingerprint second >found
same wanted found 'the dataset that was made again'
expect 0 1 '' verify --store second

# For people: a line for each member.
expect 0 1 '' info calls --provenance --store first
says out 'partition  about'
grep -q '^2015 *provenance *time_zone *America/Denver$' out || fail "the time zone is not told: $(cat out)"
grep -q '^2015 *schema *number.role *key$' out || fail "the key is not told: $(cat out)"
grep -q '^2015 *duplicates *on_duplicate *keep-last$' out || fail "the rule is not told: $(cat out)"
expect 0 1 '' info calls --provenance --store first --format csv
says out 'partition,about,member,value'
says out '2015,provenance,max_reject_rate,0.5'
says out '2015,provenance,source.url,https://example.org/2015.csv'
finish
