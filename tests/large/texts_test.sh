#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# A column of texts of more than 2^32 bytes comes back as it was.
#
#   COLONNADE_TEST_LARGE=1  really so many, in three minutes and 14 GB of disk
# timeout: 7200

set -euo pipefail
# shellcheck source=large.sh
. "$COLONNADE_SOURCE/tests/large/large.sh"

texts=$(size_of 4500000 20000)
# A text of about 978 bytes stands in the file, in the scratch folder and in the store.
need_disk $((3000 * texts))

cat >config.json <<'JSON'
{"fsync": false, "datasets": {"texts": {"columns": [{"name": "number", "type": "integer"}, {"name": "text", "type": "text"}]}}}
JSON

# No two are alike, each needs quotes, and has some that are doubled.
awk -v texts="$texts" 'BEGIN {
    filling = sprintf("%960s", "")
    gsub(/ /, "x", filling)
    print "number,text"
    for (i = 0; i < texts; i++) printf("%d,\"%d, \"\"%s\"\" %d\"\n", i, i, filling, i)
}' >texts.csv
bytes=$(stat -c %s texts.csv)

measured ingest texts texts.csv --store store --scratch . --format csv
row "texts,published,$bytes,$texts,$texts,0,0,0,0,,,$texts"
measured verify texts --store store --format csv
says out "texts,texts,$texts,"
measured export texts --store store --output again.csv
identical texts.csv again.csv 'what export writes'
finish
