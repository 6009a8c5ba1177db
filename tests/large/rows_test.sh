#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# More than 2^31 rows in one file: counts, record numbers, offsets and all
# values come out right.
#
#   COLONNADE_TEST_LARGE=1  really so many, in ten minutes and 37 GB of disk
# timeout: 14400

set -euo pipefail
# shellcheck source=large.sh
. "$COLONNADE_SOURCE/tests/large/large.sh"

rows=$(size_of 2147483651 1000003)
# A row takes 2 bytes of the file, 5 of scratch and 9 of the store: its digit and its record number.
need_disk $((17 * rows))

cat >config.json <<'JSON'
{"fsync": false, "datasets": {"digits": {"columns": [{"name": "digit", "type": "integer"}]}}}
JSON

# The rows repeat after a prime number of them, so that no two stripes are alike.
digits() {
    local some
    some=$(seq 1009 | awk '{ print ($1 * $1 * 7 + int($1 / 3)) % 10 }')
    (set +o pipefail && yes "$some" | head -n "$rows")
}

# Two records are rejected: behind the header, and behind all rows.
bytes=$((6 + 4 + 2 * rows + 4))
{ echo digit && echo 1,2 && digits && echo 3,4; } >digits.csv
[ "$(stat -c %s digits.csv)" = $bytes ] || fail "the file has $(stat -c %s digits.csv) bytes, not $bytes"

measured scan digits.csv --delimiter , --header --format csv
row "bytes,$bytes"
row "records,$((rows + 2))"
row "records: well-formed,$rows"
row 'records: too many fields,2'
row "line ends: LF,$((rows + 2))" # of the records

measured ingest digits digits.csv --store store --scratch . --format csv
row "digits,published,$bytes,$((rows + 2)),$rows,2,0,0,0,,,$rows"
rm digits.csv

measured verify digits --store store --format csv
says out "digits,digits,$rows,"
measured info digits --store store --format csv
says out "digits,$rows,2,"
measured rejects digits --store store --format csv
says out 'digits.csv,2,6,' # the header is record 1
says out "digits.csv,$((rows + 3)),$((bytes - 4)),"

measured export digits --store store --output again.csv
identical <({ echo digit && digits; }) again.csv 'what export writes'
rm again.csv
identical <({ echo record && seq 3 $((rows + 2)); }) \
    <("$COLONNADE" export digits --columns record --store store --quiet) 'the column of record numbers'
finish
