# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# What the tests of other programs that read a store share. Sourced, never run.

# shellcheck source=../acceptance/checks.sh
. "$COLONNADE_SOURCE/tests/acceptance/checks.sh"

# Sets PYTHON to the first Python that has the modules; status 1 when none has.
# What Debian packages is found by /usr/bin/python3, which need not be the first.
set_python() {
    local module modules='import sys'
    for module in "$@"; do modules+=", $module"; done
    for PYTHON in "${COLONNADE_PYTHON:-}" python3 /usr/bin/python3; do
        if [ -n "$PYTHON" ] && "$PYTHON" -c "$modules" 2>/dev/null; then return 0; fi
    done
    return 1
}

# make_store ROWS: the sources of sources.py, ingested.
make_store() {
    local year
    "${PYTHON:-python3}" "$COLONNADE_SOURCE/tests/readers/sources.py" "$@" || fail 'the sources are not written'
    for year in 2014 2015 2016; do
        expect 0 1 '' ingest mixed "$year.csv" --schema auto --store store
    done
}

# run_reader SCRIPT ARGUMENT...: a Python script of this folder, which may import
# expected.py and colonnade.py.
run_reader() {
    local script=$1
    shift
    CHECKS_DONE=$((CHECKS_DONE + 1))
    PYTHONPATH=$COLONNADE_SOURCE/docs PYTHONDONTWRITEBYTECODE=1 \
        "$PYTHON" "$COLONNADE_SOURCE/tests/readers/$script" "$@" >reader.out 2>&1 ||
        fail "$script: $(cat reader.out)"
}
