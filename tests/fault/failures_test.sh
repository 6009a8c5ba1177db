#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Failures at every point where the ranks agree, and of memory, reads and writes
# at any point: each command ends on all ranks with one message, leaves the
# store as it was or as it is to be, and works when it is run again
# (tests/fault/faults.c). A part of the points is tried, the same one each time.
#
#   COLONNADE_TEST_POINTS=0      all of them; otherwise so many of each command
#   COLONNADE_TEST_SEED=NUMBER   another part
#   COLONNADE_TEST_COMMANDS=REGEX  only the commands that match it
# timeout: 3600

set -euo pipefail
# shellcheck source=../acceptance/checks.sh
. "$COLONNADE_SOURCE/tests/acceptance/checks.sh"
program=${COLONNADE_FAULTS:-${COLONNADE%/*}/tests/fault/colonnade_faults}
[ -x "$program" ] || skip "there is no program $program"

points=${COLONNADE_TEST_POINTS:-8}
share=1 # of the commands one of so many is tried
[ -z "${COLONNADE_TEST_BRIEF:-}" ] || share=5
seed=${COLONNADE_TEST_SEED:-20150712}
echo "COLONNADE_TEST_SEED=$seed COLONNADE_TEST_POINTS=$points"

# ---- Stores ----

cat >config.json <<'JSON'
{ "fsync": false, "datasets": {
    "plain": { "columns": [
        { "name": "id", "type": "text" }, { "name": "road", "type": "category" },
        { "name": "at", "type": "timestamp", "formats": ["%Y-%m-%d"] }, { "name": "cost", "type": "double" } ] },
    "ruled": { "on_duplicate": "keep-last", "columns": [
        { "name": "id", "type": "text", "role": "key" }, { "name": "road", "type": "category" },
        { "name": "at", "type": "timestamp", "formats": ["%Y-%m-%d"] } ] } } }
JSON
mkdir scratch changed
export COLONNADE_CONFIG=$PWD/config.json COLONNADE_SCRATCH=scratch COLONNADE_STORE=store COLONNADE_GNUPLOT=$PWD/no-gnuplot

# rows SEED COUNT ROAD: keys that repeat, in a file and among files.
rows() {
    awk -v seed="$1" -v count="$2" -v road="$3" 'BEGIN {
        srand(seed)
        print "id,road,at,cost,note"
        for (i = 0; i < count; i++) {
            printf "%d,%s%d,2015-%02d-01,%d.5,\"note, %d\"\n", int(rand() * 400), road, i % 5, 1 + i % 12, i, i
        }
    }'
}
rows 1 300 dry >a.csv
rows 2 250 wet >b.csv
rows 3 200 icy >c.csv
rows 4 280 new >changed/a.csv
gzip -k b.csv c.csv
printf 'id,road\n1\n2\n3\n' >bad.csv
expect 0 1 '' ingest plain a.csv --store former
expect 0 1 '' ingest ruled a.csv b.csv --store former
# What the commands for several files make of it on their way.
for way in plain:b.csv:way-plain plain:b.csv.gz:way-packed ruled:b.csv.gz:way-ruled; do
    IFS=: read -r dataset file store <<<"$way"
    cp -r former "$store"
    expect 0 1 '' ingest "$dataset" "$file" --store "$store" --replace
done
cp -r former untidy
echo 'nobody needs it' >untidy/plain/partitions/z.0123456789abcdef.h5
touch untidy/ruled/partitions/.tmp-z.h5
city=$COLONNADE_SOURCE/config.json
for dataset in traffic_accidents service_requests_311; do
    expect 0 1 '' generate $dataset --rows 200 -o $dataset.csv
    expect 0 1 '' ingest $dataset $dataset.csv --config "$city" --store city
done

# ---- Points ----

# sweep KIND=MOST,... FORMER WAY COMMAND ARGUMENT...
sweep() {
    local ranks status
    for ranks in 1 3; do
        CHECKS_DONE=$((CHECKS_DONE + 1))
        local -a launcher=()
        if [ $ranks != 1 ]; then
            launcher=("${CHECKS_MPIRUN[@]}" -n "$ranks")
        fi
        status=0
        "${launcher[@]}" "$program" "$seed" "$@" </dev/null >told 2>&1 || status=$?
        cat told
        [ $status = 0 ] || fail "'${*:4}' on $ranks ranks: exit status $status"
    done
}

number=$seed
[ $share = 1 ] || echo "brief: one of $share commands"
while IFS='|' read -r former way command; do
    [ $((number++ % share)) = 0 ] || continue
    [[ $command =~ ${COLONNADE_TEST_COMMANDS:-.} ]] || continue
    read -ra words <<<"$command"
    kinds=agreement=$points
    # Of the others fewer: most of these are before the same agreement. What
    # cleans up does what it can, and leaves the rest to the next; the report
    # goes on without a figure, and says why it is not there.
    few=$(((points + 2) / 3))
    [ "${words[0]}" = clean ] || kinds+=,read=$few,write=$few
    [[ ${words[0]} =~ clean|report ]] || kinds+=,memory=$few
    # Of several files scan goes on without one that it could not read.
    [ "${words[0]} ${words[1]:-}" != 'scan --schema' ] || kinds=memory=$points,write=$few
    sweep "$kinds" "$former" "$way" "${words[@]}"
done <<COMMANDS
former|former|ingest plain b.csv
former|former|ingest plain b.csv --stripe-size 2K --memory 64M
former|former|ingest plain a.csv
former|former|ingest plain changed/a.csv --replace
former|way-plain|ingest plain b.csv c.csv
former|way-packed|ingest plain b.csv.gz c.csv.gz
former|former|ingest ruled c.csv
former|former|ingest ruled changed/a.csv --replace
former|way-ruled|ingest ruled b.csv.gz c.csv.gz --replace
former|former|ingest ruled a.csv --on-duplicate keep-first
former|former|ingest new b.csv --schema auto --detect
former|former|ingest plain bad.csv
former|former|remove ruled a --yes
former|former|remove ruled --yes
former|former|verify
former|former|info
former|former|info ruled
former|former|info --schema
former|former|export ruled -o results/rows.csv
former|former|export plain --format json -o results/rows.json
former|former|rejects plain -o results/rejects
former|former|scan a.csv --stripe-size 2K -o results/scan
former|former|scan --schema a.csv b.csv.gz c.csv.gz -o results/scan
former|former|records a.csv --stripe-size 2K -o results/records
city|city|report --config $city --out results/report
untidy|untidy|clean
COMMANDS
finish
