#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Programs that run alone, but at the same time and with one temporary folder:
# none comes in the way of another, and nothing stays in the folder.

set -euo pipefail
# shellcheck source=../acceptance/checks.sh
. "$COLONNADE_SOURCE/tests/acceptance/checks.sh"

mkdir store temporary
starts=${COLONNADE_TEST_BRIEF:+20}
starts=${starts:-100}
export TMPDIR=$PWD/temporary

# loop NAME: starts that failed go to NAME.failed. Collisions are a matter of
# microseconds: without protection a start in forty failed.
loop() {
    local i
    for ((i = 0; i < starts; i++)); do
        "$COLONNADE" info --store store >/dev/null 2>"$1.err" || cat "$1.err" >>"$1.failed"
    done
}
for name in one two three; do loop $name & done
wait
CHECKS_DONE=1
for name in one two three; do
    [ ! -e $name.failed ] || fail "starts at the same time failed: $(head -n 5 $name.failed)"
done
[ -z "$(ls -A temporary)" ] || fail "left in the temporary folder: $(ls -A temporary)"
finish
