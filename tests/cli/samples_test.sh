#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Generated files are known without their sidecars, by any part of them in any
# order, by every command that reads them.

set -euo pipefail
# shellcheck source=../acceptance/checks.sh
. "$COLONNADE_SOURCE/tests/acceptance/checks.sh"
label='SAMPLE DATA – NOT REAL'
export COLONNADE_STORE=$PWD/store

# known FILE DATASET RANKS: scan and ingest say what it is.
known() {
    local file=$1 dataset=$2 ranks=$3
    expect 0 "$ranks" '' scan "$file" --format csv
    says out "sample,$label"
    expect 0 "$ranks" '' ingest "$dataset" "$file" --format csv --replace
    says out ",$label,"
}

for dataset in traffic_accidents service_requests_311; do
    expect 0 3 '' generate $dataset --rows 5000 --dirt 0.01 -o whole.csv
    rm whole.csv.meta.json
    known whole.csv $dataset 3
    head -n 1 whole.csv >header
    rows() { tail -n +2 whole.csv; }
    { cat header && rows | LC_ALL=C sort; } >sorted.csv
    { cat header && rows | sed 1d; } >without_first.csv
    { cat header && rows | tail -n 200; } >last.csv
    rows | split -l 1000 -d - part.
    for part in part.*; do cat header "$part" >"$part.csv"; done
    for file in sorted.csv without_first.csv last.csv part.*.csv; do known "$file" $dataset 1; done
    rm -rf part.* store
done

# The few records that one mark must be in are as many as docs/generated-data.md says.
expect 0 1 '' generate service_requests_311 --rows 1000 -o whole.csv
rm whole.csv.meta.json
{ head -n 1 whole.csv && sed -n 340,467p whole.csv; } >few.csv
known few.csv service_requests_311 1

# Marks that stand anywhere in a large file, in all forms, for any division.
expect 0 2 '' generate service_requests_311 --rows 30000 -o large.csv
rm large.csv.meta.json
for ranks in 1 3; do
    for stripe in 3000 100000; do
        expect 0 $ranks '' scan large.csv --stripe-size $stripe
        says out "$label"
    done
    expect 0 $ranks '' scan large.csv --format json
    says out "\"value\": \"$label\""
    expect 0 $ranks '' scan large.csv --schema
    says out "\"publisher\": \"$label\""
    expect 0 $ranks '' scan large.csv --schema --format csv
    [ "$(grep -c ",$label\$" out)" = 24 ] || fail "not every line of the schema says what the file is: $(cat out)"
    expect 0 $ranks '' scan large.csv --schema --format table
    says out "$label"
done
# What the schema proposes is a configuration.
expect 0 1 '' scan large.csv --schema -o config.json
expect 0 1 '' --config config.json ingest large large.csv --format csv
says out ",$label,"
rm config.json

# The sidecar alone tells it, too, and one that cannot be read is no answer.
printf 'a,b\n1,2\n' >plain.csv
expect 0 1 '' scan plain.csv --format csv
says out 'sample,'
! grep -q -F "$label" out || fail "a plain file is taken for a sample: $(cat out)"
expect 0 1 '' scan plain.csv --schema
! grep -q -F "$label" out || fail "the schema of a plain file is taken for a sample's: $(cat out)"
printf '{"sample": true}' >plain.csv.meta.json
expect 0 3 '' scan plain.csv --format csv
says out "sample,$label"
printf '{"sample": ' >plain.csv.meta.json
expect 0 1 '' scan plain.csv --format csv
says err 'plain.csv.meta.json'
rm plain.csv.meta.json

# verify says it of each partition.
expect 0 1 '' ingest service_requests_311 few.csv
expect 0 1 '' ingest plain plain.csv --schema auto
for format in table csv json; do
    expect 0 3 '' verify service_requests_311 --format $format
    says out "$label"
    expect 0 1 '' verify plain --format $format
    ! grep -q -F "$label" out || fail "verify takes plain rows for samples: $(cat out)"
done
finish
