#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The questions need roles only: the files of a second city, with other names,
# dates, delimiters and spellings, give the answers that stand in its README,
# which were counted by hand.

set -euo pipefail

city=$COLONNADE_SOURCE/examples/second-city
failures=0

colonnade() { "$COLONNADE" --config "$city/config.json" --quiet "$@"; }

# same WHAT EXPECTED MADE
same() {
    [ "$2" != "$3" ] || return 0
    printf '%s: expected\n%s\nbut the program says\n%s\n' "$1" "$2" "$3"
    failures=$((failures + 1))
}

# The columns of a CSV file of the report, without its header.
columns() { tail -n +2 "portmere-report/$1" | cut -d, -f"$2"; }

colonnade ingest crashes "$city/crashes.csv" >/dev/null
$COLONNADE_MPIRUN -n 2 "$COLONNADE" --config "$city/config.json" --quiet ingest requests "$city/requests.csv" >/dev/null
colonnade report >report.txt

same "crashes by month" "$(printf '2021 2 0 1 0 1 1 0 1 0 2 0 2\n2022 2 2 0 1 1 0 1 0 1 3 1 2')" \
    "$(columns seasons_by_year.csv 1,3 | awk -F, '{ line[$1] = line[$1] " " $2 } END { for (y in line) print y line[y] }' | sort)"
same "conditions" "$(printf 'DRY 9\nICE 5\nWET 8')" \
    "$(columns conditions_by_value.csv 1,4 | awk -F, '{ n[$1] += $2 } END { for (c in n) print c, n[c] }' | sort)"
same "known, adverse and missing conditions" "22 13 2" \
    "$(columns conditions.csv 3,5,7 | awk -F, '{ k += $1; a += $2; m += $3 } END { print k, a, m }')"
same "requests by area" "$(printf 'old-town,10\nharbour,8\nmill-hill,4\nairport,3')" "$(columns calls_by_area_name.csv 2,3)"
same "requests by ward" "$(printf '1,14\n2,8\n4,3')" "$(columns calls_by_ward.csv 2,3)"
same "both by area" "$(printf 'Harbour,4,8\nMill Hill,3,4\nOld Town,5,10')" "$(columns areas.csv 1,2,4 | sort)"
same "areas that do not join" "$(printf 'Northgate,1\nairport,3')" "$(columns areas_not_joined.csv 1,4 | sort)"
same "the period of both" "1" "$(grep -c 'Over 2022-01-01 to 2022-12-31, which both cover' report.txt)"
same "the mark of sample data" "0" "$(grep -c 'NOT REAL' report.txt || true)"

echo "$failures differ"
[ "$failures" = 0 ]
