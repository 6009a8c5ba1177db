#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Runs the README's tour as a reader would, and compares what each command
# prints on standard output with what the README shows. With --update, prints
# the README with the output as it is now.
#
#   tests/script.sh tests/docs/readme_test.sh
#   README_UPDATE=1 tests/script.sh tests/docs/readme_test.sh > NEW

set -euo pipefail

# The tour expects the program in build/release of the working directory, and a
# plain mpirun that is allowed to start two ranks here.
mkdir -p build/release bin
ln -s "$COLONNADE" build/release/colonnade
read -r launcher options <<<"$COLONNADE_MPIRUN"
printf '#!/bin/sh\nexec %s %s "$@"\n' "$(command -v "$launcher")" "$options" >bin/mpirun
chmod +x bin/mpirun
export PATH=$PWD/bin:$PATH

readme=$COLONNADE_SOURCE/README.md
messages=$PWD/stderr.txt
in_block=no
failures=0
commands=0

# Runs the command and puts its standard output into $made.
run_command() {
    local command=$1
    if [[ $command == export* || $command == *'&& cd '* ]]; then
        eval "$command" || failures=$((failures + 1))
        made=''
        return
    fi
    made=$(bash -c "$command" 2>>"$messages" </dev/null) || {
        echo "failed: $command" >&2
        cat "$messages" >&2
        failures=$((failures + 1))
    }
}

finish_command() {
    [ -n "$command" ] || return 0
    commands=$((commands + 1))
    run_command "$command"
    if [ -n "${README_UPDATE:-}" ]; then
        [ -z "$made" ] || printf '%s\n' "$made"
    elif [ "$made" != "$shown" ]; then
        failures=$((failures + 1))
        printf 'differs: %s\n' "$command"
        diff <(printf '%s\n' "$shown") <(printf '%s\n' "$made") || true
    fi
    command=''
    shown=''
}

command=''
shown=''
while IFS= read -r line; do
    # shellcheck disable=SC2016 # the backquotes are Markdown's
    if [ "$line" = '```console' ]; then
        in_block=yes
    elif [ "$in_block" = yes ] && [ "$line" = '```' ]; then
        finish_command
        in_block=no
    elif [ "$in_block" = yes ] && [[ $line == '$ '* ]]; then
        finish_command
        command=${line#\$ }
    elif [ "$in_block" = yes ]; then
        shown+=${shown:+$'\n'}$line
        continue
    fi
    [ -z "${README_UPDATE:-}" ] || printf '%s\n' "$line"
done <"$readme"

[ -n "${README_UPDATE:-}" ] || echo "$commands commands of the README, $failures differ or fail"
[ "$commands" -gt 5 ] || { echo "the README shows no tour" >&2 && exit 1; }
[ "$failures" = 0 ]
