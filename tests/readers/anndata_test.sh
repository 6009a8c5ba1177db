#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# AnnData: numbers, booleans, categories and nulls of each partition.

set -euo pipefail
# shellcheck source=store.sh
. "$COLONNADE_SOURCE/tests/readers/store.sh"

set_python anndata || skip 'no Python here has anndata (jobs/install.sh --readers)'
make_store 300
run_reader anndata_reader.py 2014 2015 2016
finish
