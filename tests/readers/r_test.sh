#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# R with hdf5r: all columns of each partition.

set -euo pipefail
# shellcheck source=store.sh
. "$COLONNADE_SOURCE/tests/readers/store.sh"

if ! command -v Rscript >/dev/null || ! Rscript -e 'library(hdf5r)' >/dev/null 2>&1; then
    skip 'there is no R with hdf5r (jobs/install.sh --readers)'
fi
set_python json || skip 'there is no Python'
make_store 300
for year in 2014 2015 2016; do
    LC_ALL=C.UTF-8 Rscript "$COLONNADE_SOURCE/tests/readers/reader.R" "$year" >values 2>err || fail "reader.R: $(cat err)"
    run_reader r_reader.py "$year" values
done
finish
