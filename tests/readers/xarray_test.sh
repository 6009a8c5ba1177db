#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# xarray: decoded times and plain arrays of each partition.

set -euo pipefail
# shellcheck source=store.sh
. "$COLONNADE_SOURCE/tests/readers/store.sh"

set_python xarray h5netcdf || skip 'no Python here has xarray and h5netcdf (jobs/install.sh --readers)'
make_store 300
run_reader xarray_reader.py 2014 2015 2016
finish
