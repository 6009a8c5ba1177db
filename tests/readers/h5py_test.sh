#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# docs/colonnade.py: all columns and partitions of a store as pandas, against
# the values that its sources were written from.

set -euo pipefail
# shellcheck source=store.sh
. "$COLONNADE_SOURCE/tests/readers/store.sh"

set_python h5py pandas || skip 'no Python here has h5py and pandas (jobs/install.sh --test)'
make_store 300
printf 'at,n\n0001-01-01T00:00:00,1\n9999-12-31T23:59:59,\n' >ancient.csv
expect 0 1 '' ingest ancient ancient.csv --schema auto --store store

run_reader h5py_reader.py
PYTHONDONTWRITEBYTECODE=1 "$PYTHON" "$COLONNADE_SOURCE/docs/colonnade.py" store mixed >out
says out '800 rows'
grep -qE '^kind +category +condition +' out || fail "the summary: $(cat out)"
finish
