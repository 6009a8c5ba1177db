#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# SIGKILL at random instants: of a rank, of mpirun, of all at once, while a file
# comes in, one is replaced, one is removed, which rows count is looked for, and
# rows go out. After each: the former store or the new one whole, nobody hangs,
# and the next run works and clears up.
#
#   COLONNADE_TEST_ROUNDS=500    so many times; 30 otherwise
#   COLONNADE_TEST_SEED=NUMBER   other lots than the usual ones
#
# killed_rank_test.sh reaches instants that are hard to hit.
# timeout: 1800

# shellcheck disable=SC2317 # functions that wait_until calls
set -euo pipefail
set -m # so that mpirun and its ranks are a process group
# shellcheck source=../acceptance/checks.sh
. "$COLONNADE_SOURCE/tests/acceptance/checks.sh"
# shellcheck source=watch.sh
. "$COLONNADE_SOURCE/tests/fault/watch.sh"

rounds=${COLONNADE_TEST_ROUNDS:-30}
seed=${COLONNADE_TEST_SEED:-20150712}
[ -z "${COLONNADE_TEST_BRIEF:-}" ] || rounds=6
echo "COLONNADE_TEST_SEED=$seed COLONNADE_TEST_ROUNDS=$rounds"
RANDOM=$seed # bash's own generator goes on from it

# ---- Stores ----

mkdir scratch segments results
export COLONNADE_SCRATCH=$PWD/scratch COLONNADE_STORE=store
# What Open MPI keeps for a killed job goes away with this test.
export OMPI_MCA_btl_vader_backing_directory=$PWD/segments OMPI_MCA_btl_sm_backing_directory=$PWD/segments
cat >config.json <<'JSON'
{ "datasets": { "events": { "on_duplicate": "keep-last", "columns": [
    { "name": "id", "type": "text", "role": "key" }, { "name": "road", "type": "category" } ] } } }
JSON
export COLONNADE_CONFIG=$PWD/config.json
# rows SEED: 60,000 of them, about 2 MB, of which many keys stand in other files too.
rows() {
    awk -v seed="$1" 'BEGIN {
        srand(seed)
        print "id,road,note"
        for (i = 0; i < 60000; i++) printf "%d,road%d,%d of file %d\n", int(rand() * 200000), i % 50, i, seed
    }'
}
mkdir changed
rows 1 >a.csv
rows 2 >b.csv
rows 3 >c.csv
rows 4 >changed/a.csv
expect 0 3 '' ingest events a.csv b.csv --store former

# The commands, each with a name and its words.
names=(new replace remove rule export)
declare -A words=(
    [new]='ingest events c.csv'
    [replace]='ingest events changed/a.csv --replace'
    [remove]='remove events a --yes'
    [rule]='ingest events a.csv --on-duplicate keep-first'
    [export]='export events -o results/rows.csv')
declare -A lasts # in milliseconds, without a kill, on 3 ranks
for name in "${names[@]}"; do
    rm -rf store && cp -r former store
    begin=$(date +%s%3N)
    # shellcheck disable=SC2086 # words
    expect 0 3 '' ${words[$name]}
    lasts[$name]=$(($(date +%s%3N) - begin))
    cp -r store "new-$name"
    fingerprint "new-$name" >"new-$name.files"
done
mv results/rows.csv wanted.csv
fingerprint former >former.files

# ---- One round ----

# draw MOST: a number from 0 to below MOST, in 'drawn'.
draw() { drawn=$(((RANDOM * 32768 + RANDOM) % $1)); }

has_begun() { [ -e store/events/lock ] || compgen -G 'results/rows.csv.tmp-*' >/dev/null || gone "$launched"; }

# check_whole WHICH NAME: all files of the former store or of the new one are
# there, and verify passes what the master names.
check_whole() {
    local which=$1 name=$2
    CHECKS_DONE=$((CHECKS_DONE + 1))
    fingerprint store >now
    if ! grep -q -v -F -x -f now former.files || ! grep -q -v -F -x -f now "new-$name.files"; then
        expect 0 1 '' verify --quiet
    else
        fail "$which: neither the former store nor the new one: $(diff former.files now)"
    fi
}

# check_next_run WHICH NAME: the same command once more, on one rank: it works, or has nothing left to do.
check_next_run() {
    local which=$1 name=$2 status=0
    CHECKS_DONE=$((CHECKS_DONE + 1))
    # shellcheck disable=SC2086 # words
    launch 1 ${words[$name]} >out 2>err </dev/null || status=$?
    if [ "$name" = remove ] && [ $status = 2 ]; then
        check_message err "no partition 'a'" "$which: the next run"
        expect 0 1 '' clean # removal was done; this run of another command clears up
    elif [ $status != 0 ]; then
        fail "$which: the next run: exit status $status: $(cat err)"
    fi
    no_litter store "$which, and the next run"
    no_litter scratch "$which, and the next run"
    if [ "$name" = export ]; then
        same wanted.csv results/rows.csv "$which: the rows"
        [ "$(ls results)" = rows.csv ] || fail "$which, and the next run: left behind: $(ls results)"
    elif [ "$name" != remove ] || [ $status = 0 ]; then
        fingerprint store >now
        same "new-$name.files" now "$which: the store after the next run"
    fi
    expect 0 1 '' verify --quiet
}

round() {
    local number=$1 name ranks whom delay target which
    draw ${#names[@]} && name=${names[drawn]}
    draw 3 && ranks=$((1 + drawn % 3))
    draw 3 && whom=$drawn
    rm -rf store results/* && cp -r former store
    # shellcheck disable=SC2086 # words
    start "$ranks" ${words[$name]}
    # Some time of what it takes, from the start or from when the store is locked.
    draw $((lasts[$name] * 2 / 3)) && delay=$drawn
    # One rank of several is not killed while MPI starts: the launcher of Open
    # MPI 4 may then wait for ever.
    draw 3
    if [ "$drawn" != 0 ] || [ "$whom$ranks" = 02 ] || [ "$whom$ranks" = 03 ]; then
        wait_until 'the beginning' has_begun
        delay=$((delay / 3))
    fi
    sleep "$((delay / 1000)).$(printf '%03d' $((delay % 1000)))"
    case $whom in
        0) draw "$ranks" && target=${pids[drawn]:-$launched} && which="rank $drawn" ;;
        1) target=$launched which='the launcher' ;;
        2) target=-$launched which='all' ;;
    esac
    which="round $number: $name on $ranks ranks, SIGKILL of $which after $delay ms"
    # Ranks have groups of their own, so all are named.
    if [ "$whom" = 2 ]; then
        kill -KILL -- "$target" "${pids[@]}" 2>/dev/null || true
    else
        kill -KILL -- "$target" 2>/dev/null || true
    fi
    ended "$which"
    [ "$ended_status" = 0 ] || killed=$((killed + 1))
    check_whole "$which" "$name"
    check_next_run "$which" "$name"
}

killed=0
for ((number = 1; number <= rounds; number++)); do round "$number"; done
echo "$rounds rounds, $killed of them killed before they had ended"
finish
