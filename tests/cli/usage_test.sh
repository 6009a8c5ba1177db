#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# What the command line says about itself and about mistakes: once, whatever
# the number of ranks, in the right place and with the right status.

set -euo pipefail

fail() {
    printf 'FAILED: %s\n' "$*" >&2
    exit 1
}

# run STATUS COMMAND...: out and err hold what it prints.
run() {
    local wanted=$1 status=0
    shift
    "$@" >out 2>err || status=$?
    [ $status = "$wanted" ] || fail "'$*' ended with status $status, not $wanted: $(cat out err)"
}

# says FILE COUNT TEXT: that many lines of the file hold the text.
says() {
    local count
    count=$(grep -c -F -e "$3" "$1") || true
    [ "$count" = "$2" ] || fail "'$3' stands in $count lines of $1, not $2: $(cat "$1")"
}

read -ra mpirun <<<"$COLONNADE_MPIRUN"

run 0 "$COLONNADE" --help
says out 1 'Usage: colonnade COMMAND'
[ ! -s err ] || fail 'help speaks on standard error'
cp out help
for command in fetch generate info ingest records rejects report scan; do
    says help 1 "  $command "
    run 0 "$COLONNADE" $command --help
    says out 1 "Usage: colonnade $command"
    says out 1 'Example:'
done
run 0 "$COLONNADE" --version
says out 1 'colonnade 0.'
says out 1 'HDF5'

run 2 "$COLONNADE" ingset
says err 1 "did you mean 'ingest'?"
run 2 "$COLONNADE" scan --qiuet a.csv
says err 1 "did you mean '--quiet'?"
[ ! -s out ] || fail 'a mistake speaks on standard output'

# Several ranks, one message.
run 0 "${mpirun[@]}" -n 3 "$COLONNADE" --version
says out 1 'colonnade 0.'
run 2 "${mpirun[@]}" -n 3 "$COLONNADE" ingset
says err 1 "did you mean 'ingest'?"
run 2 "${mpirun[@]}" -n 3 "$COLONNADE" info --memory 1M
says err 1 'a rank needs 64M at least'
run 2 "${mpirun[@]}" -n 3 "$COLONNADE" info --config missing.json
says err 1 'missing.json'
printf '{"store": 3}\n' >config.json
run 2 "${mpirun[@]}" -n 3 "$COLONNADE" info
says err 1 'config.json'
rm config.json
run 2 "${mpirun[@]}" -n 3 "$COLONNADE" rejects calls
says err 1 "no dataset 'calls'"

# An option that would say nothing is a mistake, not overlooked.
run 2 "$COLONNADE" ingest traffic_accidents --as mine
says err 1 'none is given'
run 2 "$COLONNADE" ingest traffic_accidents any.csv --date 2020-01-01
says err 1 'leave one of them out'
run 2 "$COLONNADE" fetch --create
says err 1 '--create needs --to'
run 2 "$COLONNADE" remove traffic_accidents --leave-foreign
says err 1 '--leave-foreign needs --all --s3'

run 2 "$COLONNADE" push --out no/report
says err 1 "'no/report' is not a folder"

# Each command's help lists what decides what it does, and nothing else.
run 0 "$COLONNADE" clean --help
says out 1 '--staging DIR'
run 0 "$COLONNADE" info --help
says out 0 '--schema auto'
says out 1 "show the types of the dataset's columns"
for command in push pull; do
    run 0 "$COLONNADE" $command --help
    says out 1 '--out DIR'
    says out 0 '--staging DIR'
    says out 0 '--stripe-size'
done

# The same rows under two names count twice, which is hardly ever meant.
printf 'a\n1\n' >once.csv
cp once.csv again.csv
run 0 "$COLONNADE" ingest twins once.csv --schema auto
says err 0 warning
run 0 "$COLONNADE" ingest twins again.csv --schema auto
says err 1 'same bytes as the file of the partition "once"'
run 0 "$COLONNADE" ingest twins again.csv --schema auto
says err 0 warning
rm -r store once.csv again.csv

# The manual page is in order.
"$COLONNADE" --manual >colonnade.1
if command -v mandoc >/dev/null; then
    mandoc -T lint -W warning <colonnade.1 >complaints || true
    ! grep -v 'missing date' complaints || fail 'mandoc complains about the manual page'
fi
"$COLONNADE" --completion >completion
bash -n completion || fail 'completion is no bash'
# shellcheck disable=SC1091
completed=$(
    source ./completion
    COMP_WORDS=(colonnade ingest --max)
    COMP_CWORD=2
    _colonnade
    printf '%s' "${COMPREPLY[*]}"
)
[ "$completed" = --max-reject-rate ] || fail "--max completes to '$completed'"

# A file is written whole or not at all, and a device is not replaced.
mkdir folder
run 3 "$COLONNADE" info -o missing/out.csv
run 3 "$COLONNADE" info -o folder
run 0 "$COLONNADE" info --format csv -o out.csv
says out.csv 1 'dataset,partitions'
run 0 "$COLONNADE" info -o /dev/null
[ -c /dev/null ] || fail '/dev/null was replaced'
if [ -c /dev/full ]; then
    status=0
    "$COLONNADE" info >/dev/full 2>err || status=$?
    [ $status = 3 ] || fail "a full disk gives status $status"
    says err 1 'standard output'
fi
[ -z "$(find . -name '*tmp*')" ] || fail "left behind: $(find . -name '*tmp*')"

# A reader that has enough ends the program without a word.
seq 200000 >numbers.csv
status=0
"$COLONNADE" records numbers.csv --quiet 2>err | head -n 1 >out || status=$?
[ ! -s err ] || fail "a closed pipe is told: $(cat err)"
[ "$(wc -l <out)" = 1 ] || fail 'no record before the pipe closed'
