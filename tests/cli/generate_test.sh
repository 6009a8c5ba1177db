#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# `colonnade generate -o`: what stands at that name already.

set -euo pipefail
# shellcheck source=../acceptance/checks.sh
. "$COLONNADE_SOURCE/tests/acceptance/checks.sh"

# ---- A pipe and a folder stay what they are ----

mkfifo pipe
mkdir folder
ln -s pipe to_pipe
for what in 'traffic_accidents --rows 10' 'boundaries'; do
    read -ra words <<<"$what"
    for ranks in 1 3; do
        expect 3 $ranks "'pipe' is a pipe or a device" generate "${words[@]}" -o pipe
        expect 3 $ranks "'to_pipe' is a pipe or a device" generate "${words[@]}" -o to_pipe
        expect 3 $ranks 'folder: it is a folder' generate "${words[@]}" -o folder
    done
done
{ [ -p pipe ] && [ -L to_pipe ] && [ -d folder ]; } || fail "something was replaced: $(ls -l)"
[ "$(ls)" = "$(printf '%s\n' err folder out pipe to_pipe)" ] || fail "something was written: $(ls)"

# ---- A symbolic link leads to the file that is written ----

mkdir elsewhere
printf 'old\n' >elsewhere/real.csv
ln -s elsewhere/real.csv link.csv
ln -s nowhere dangling.csv
expect 0 3 '' generate traffic_accidents --rows 10 -o link.csv
expect 0 1 '' generate traffic_accidents --rows 10 -o plain.csv
[ -L link.csv ] || fail "the link was replaced"
same plain.csv elsewhere/real.csv 'what stands behind the link'
same plain.csv.meta.json elsewhere/real.csv.meta.json 'the sidecar behind the link'
expect 3 1 'a symbolic link to nothing' generate traffic_accidents --rows 10 -o dangling.csv
[ -L dangling.csv ] || fail "the link to nothing was replaced"
[ ! -e nowhere ] || fail "what a link to nothing names was made"

# Other commands do the same, and may write into a pipe.
expect 0 1 '' records plain.csv
cp out wanted
ln -s elsewhere/records.txt records.txt
: >elsewhere/records.txt
expect 0 1 '' records plain.csv -o records.txt
[ -L records.txt ] || fail "records replaced a link"
same wanted elsewhere/records.txt 'records behind a link'
timeout 100 cat pipe >came &
expect 0 1 '' records plain.csv -o to_pipe
wait
same wanted came 'records through a pipe'
no_litter . 'generate and records'
finish
