#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# A damaged store is mended by what the messages say, and is what it was then.

set -euo pipefail
# shellcheck source=../acceptance/checks.sh
. "$COLONNADE_SOURCE/tests/acceptance/checks.sh"
export COLONNADE_STORE=store

cat >config.json <<'JSON'
{"datasets": {"calls": {"on_duplicate": "keep-first", "columns": [
  {"name": "number", "type": "integer", "role": "key"},
  {"name": "note", "type": "text"}]}}}
JSON
rows() {
    echo number,note
    for ((i = $1; i < $2; i++)); do echo "$i,note $i"; done
}
rows 0 300 >a.csv
rows 200 500 >b.csv
expect 0 1 '' ingest calls a.csv b.csv
fingerprint store >wanted
mask=$(echo store/calls/live/mask.*.h5)
partition=$(echo store/calls/partitions/a.*.h5)

# flip FILE OFFSET: another byte there.
flip() {
    local byte
    byte=$(od -An -tu1 -j "$2" -N 1 "$1")
    # shellcheck disable=SC2059
    printf "\\x$(printf %02x $((byte ^ 255)))" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

# mended WHAT: by the file of the partition, and in no other way.
mended() {
    launch 1 verify >out 2>err && fail "$1: no damage is found"
    expect 0 "$2" '' ingest calls a.csv --replace
    ! grep -q unchanged err || fail "$1: unchanged, though it is damaged: $(cat err)"
    expect 0 1 '' verify
    fingerprint store >found
    same wanted found "$1, mended"
}

for ranks in 1 2; do
    flip "$partition" "$(grep -abo 'note 30note 31' "$partition" | head -n 1 | cut -d: -f1)"
    expect 3 1 'ingest its source again with --replace' export calls
    mended 'a text' $ranks
done
printf 'no HDF5' >"$mask"
expect 3 1 'ingested again with --replace' export calls
expect 0 1 '' ingest calls a.csv --replace
expect 0 1 '' verify
fingerprint store >found
same wanted found 'a mask, mended'

# A file that was cut is seen without --replace too.
truncate -s -100 "$partition"
expect 3 1 'ingest its source again with --replace' info calls
expect 0 1 '' ingest calls a.csv
expect 0 1 '' verify
fingerprint store >found
same wanted found 'a file that was cut, mended'
expect 0 1 '' ingest calls a.csv
says err unchanged
finish
