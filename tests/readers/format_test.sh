#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# docs/store-format.md: it names every object, attribute and member that stands
# in a store, and its readers read what export writes.

set -euo pipefail
# shellcheck source=store.sh
. "$COLONNADE_SOURCE/tests/readers/store.sh"

page=$COLONNADE_SOURCE/docs/store-format.md
command -v h5dump >/dev/null || skip 'there is no h5dump (jobs/install.sh --test)'
set_python h5py || skip 'no Python here has h5py (jobs/install.sh --test)'

# ---- A store with duplicates, rejects, and a compressed source ----

make_store 300
printf 'id,n\n1,1\n1,2\n3,x\n4,5,6\n' | gzip >calls.csv.gz
cat >rule.json <<'END'
{"datasets": {"calls": {"columns": [{"name": "id", "type": "text", "role": "key"}, {"name": "n", "type": "integer"}]}}}
END
expect 0 1 '' ingest calls calls.csv.gz --as gz --store store --config rule.json --allow-rejects --on-duplicate keep-first
"$COLONNADE" generate traffic_accidents --rows 500 -o traffic_accidents.csv --config "$COLONNADE_SOURCE/config.json" -q
expect 0 1 '' ingest traffic_accidents traffic_accidents.csv --store store --config "$COLONNADE_SOURCE/config.json"

# Names of columns, datasets and partitions are what users call them.
for file in store/*/master.h5 store/*/*/*.h5; do
    h5dump -n 1 "$file" | sed -n 's/^ \(group\|dataset\|attribute\|ext link\) *//p' | sed 's/ -> .*//'
done | sed -E -e 's#^/(columns|rejects)/[^/]*#/\1/NAME#' -e 's#^/zones/(columns|rejects)/.*#/zones/\1#' \
    -e 's#^/partitions/[^/]*#/partitions#' | tr / '\n' | sort -u | grep -v -x -e NAME -e '' >names
for file in store/*/partitions/*.h5; do
    h5dump -H -g /zones/columns "$file" 2>/dev/null | sed -n 's/.*H5T_[A-Z0-9_]* "\(.*\)";/\1/p'
done | sort -u >>names
"$PYTHON" - >>names <<'END'
import glob
import json

import h5py


def members(value):
    if isinstance(value, list):
        return set().union(*map(members, value)) if value else set()
    if isinstance(value, dict):
        return set(value).union(*(members(inner) for name, inner in value.items() if name not in ("rejected_for", "synonyms", "source")))
    return set()


found = set()
for path in glob.glob("store/*/master.h5"):
    found |= members(json.loads(h5py.File(path, "r")["manifest"][()]))
for path in glob.glob("store/*/*/*.h5"):
    attributes = h5py.File(path, "r").attrs
    for name in ("provenance", "account", "schema", "rule"):
        found |= members(json.loads(attributes[name])) if name in attributes else set()
print(*sorted(found), sep="\n")
END
[ "$(wc -l <names)" -gt 80 ] || fail "only these names: $(cat names)"
sort -u names | while read -r name; do
    grep -qE "[\`/]${name}[\`(/ ]" "$page" || echo "$name"
done >missing
CHECKS_DONE=$((CHECKS_DONE + 1))
[ ! -s missing ] || fail "docs/store-format.md does not tell of: $(tr '\n' ' ' <missing)"

# ---- The readers in it ----

# example LANGUAGE: the page's reader in it.
example() { sed -n "/^\`\`\`$1\$/,/^\`\`\`\$/p" "$page" | sed '/^```/d'; }

expect 0 1 '' export traffic_accidents --store store --columns first_occurrence_date
tail -n +2 out | tr T ' ' | tr -d '"' >want.times
expect 0 1 '' export traffic_accidents --store store --columns road_condition
tail -n +2 out | tr -d '"' >want.conditions
expect 0 1 '' export traffic_accidents --store store --columns incident_address
tail -n +2 out | sed 's/^"\(.*\)"$/\1/' >want.addresses
{
    example python
    cat <<'END'
print(*(str(t).replace("T", " ").replace("NaT", "") for t in times), sep="\n", file=open("py.times", "w"))
print(*(c or "" for c in conditions), sep="\n", file=open("py.conditions", "w"))
print(*addresses, sep="\n", file=open("py.addresses", "w"))
import json
rows = [row for row in map(json.loads, open("expected.jsonl")) if row["partition"] == "2015"]
with h5py.File("store/mixed/master.h5") as master:
    known = known_texts(master["partitions/2015/columns/note"])
assert known == sorted({row["note"] for row in rows if row["note"]}, key=str.encode), known
END
} >example.py
"$PYTHON" example.py || fail 'the reader in Python fails'
for what in times conditions addresses; do same want.$what py.$what "the reader in Python: $what"; done
if command -v Rscript >/dev/null && Rscript -e 'library(hdf5r)' >/dev/null 2>&1; then
    {
        example r
        cat <<'END'
blank <- function(x) ifelse(is.na(x), "", x)
writeLines(blank(format(times, "%Y-%m-%d %H:%M:%S")), "r.times")
writeLines(blank(conditions), "r.conditions")
writeLines(addresses, "r.addresses", useBytes = TRUE)
END
    } >example.R
    LC_ALL=C.UTF-8 Rscript example.R 2>err || fail "the reader in R fails: $(cat err)"
    for what in times conditions addresses; do same want.$what r.$what "the reader in R: $what"; done
else
    echo 'there is no R with hdf5r: its reader is not run'
fi
finish
