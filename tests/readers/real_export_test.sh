#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The city's own files: what `colonnade export` writes of them makes the same
# columns and zones, byte for byte.

set -euo pipefail
# shellcheck source=store.sh
. "$COLONNADE_SOURCE/tests/readers/store.sh"

data=${COLONNADE_TEST_DATA:-/nonexistent}/data
[ -d "$data" ] || skip 'the real data are absent (COLONNADE_TEST_DATA)'
set_python h5py || skip 'no Python here has h5py (jobs/install.sh --test)'
cp "$COLONNADE_SOURCE/config.json" .

# again DATASET FILE: stored, exported, stored in another store.
again() {
    local id
    id=$(basename "$2" .csv)
    expect 0 2 '' ingest "$1" "$2" --store first
    expect 0 2 '' export "$1" --partition "$id" --store first -o "$id.csv"
    expect 0 2 '' ingest "$1" "$id.csv" --store second
}

again traffic_accidents "$data/traffic_accidents_2009_2014.csv"
again traffic_accidents "$data/traffic_accidents_2015_2017.csv"
again service_requests_311 "$data/311_service_data_2015_sample.csv"
run_reader same_columns.py first/traffic_accidents second/traffic_accidents
run_reader same_columns.py first/service_requests_311 second/service_requests_311
finish
