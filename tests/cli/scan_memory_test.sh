#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# `colonnade scan --schema` keeps to its memory where columns have as many
# distinct values as are ever kept, in one file and in two of the same columns.

set -euo pipefail
# shellcheck source=../large/large.sh
. "$COLONNADE_SOURCE/tests/large/large.sh"
LARGE_MEMORY_MIB=64 # the least that the program takes

# 256 columns of 4,000 values are all kept. Compressed, so that each rank has all
# of a file.
awk 'BEGIN {
    for (row = -1; row < 4000; row++) {
        for (c = 0; c < 256; c++) printf row < 0 ? "%sc%d" : "%sv%d.%05d", c ? "," : "", c, row
        print ""
    }
}' | gzip -1 >1.csv.gz
for copy in 2 3 4; do cp 1.csv.gz $copy.csv.gz; done

for files in '1.csv.gz 2.csv.gz' '1.csv.gz 2.csv.gz 3.csv.gz 4.csv.gz'; do
    # shellcheck disable=SC2086 # a list
    measured scan --schema $files --format csv
    [ "$(grep -c ',category,.*,4000,,$' out)" = 256 ] || fail "$files: not all columns are categories of 4,000 values: $(head -n 5 out)"
done
finish
