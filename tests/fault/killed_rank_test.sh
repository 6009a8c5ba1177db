#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Processes that end in the middle of an ingest: a rank or the launcher killed,
# interrupted or terminated, at several instants. The launcher fails and nobody
# hangs, the former store is whole, and the next ingest works and clears up.
# timeout: 1800

# shellcheck disable=SC2317 # functions that wait_until calls
set -euo pipefail
set -m # so that what runs in the background can be interrupted
# shellcheck source=../acceptance/checks.sh
. "$COLONNADE_SOURCE/tests/acceptance/checks.sh"
# shellcheck source=watch.sh
. "$COLONNADE_SOURCE/tests/fault/watch.sh"

mkdir scratch segments
export COLONNADE_SCRATCH=$PWD/scratch COLONNADE_GNUPLOT=$PWD/no-gnuplot
# What Open MPI keeps for a killed job goes away with this test.
export OMPI_MCA_btl_vader_backing_directory=$PWD/segments OMPI_MCA_btl_sm_backing_directory=$PWD/segments
readonly dataset=service_requests_311
expect 0 2 '' generate $dataset --size 100M -o large.csv
expect 0 2 '' generate $dataset --rows 500 --seed 2 -o small.csv
expect 0 2 '' generate $dataset --rows 2000 --seed 3 -o first.csv
expect 0 3 '' ingest $dataset first.csv --store store
fingerprint store >before
expect 0 1 '' info $dataset --store store
mv out info.before
cp -r store wanted
expect 0 2 '' ingest $dataset large.csv --store wanted
fingerprint wanted >after

# ---- Instants of an ingest ----

has_read() { # BYTES: some rank has read that much, or it is over
    local read
    read=$(sed -n 's/^rchar: //p' "/proc/${pids[0]}/io" 2>/dev/null) || read=
    [ "${read:-0}" -ge "$1" ] || gone "$launched"
}
is_locked() { [ -e "store/$dataset/lock" ] || gone "$launched"; }
is_written() { [ -n "$(find store -name '.tmp-large*' -size +"$1"k 2>/dev/null)" ] || gone "$launched"; }

# reach INSTANT
reach() {
    case $1 in
        start) ;;
        locked) wait_until "$1" is_locked ;;
        read*) wait_until "$1" has_read "${1#read}" ;;
        written*) wait_until "$1" is_written "${1#written}" ;;
    esac
}

# ---- Afterwards ----

# old_or_new WHAT: the master is the former one, and so is what it names; when
# the end came late, it may be the new one, and then all of it.
old_or_new() {
    CHECKS_DONE=$((CHECKS_DONE + 1))
    fingerprint store >now
    if ! grep -q -v -F -x -f now after; then return 0; fi
    if [ "$ended_status" = 0 ]; then
        fail "$1: exit status 0, but the file is not in the store"
    elif grep -q -v -F -x -f now before; then
        fail "$1: of the former store this is missing: $(grep -v -F -x -f now before)"
    else
        expect 0 1 '' info $dataset --store store
        same info.before out "$1: what info says"
    fi
}

# recovers FILE WHAT: the next ingest works, and leaves only what belongs there.
recovers() {
    expect 0 3 '' ingest $dataset "$1" --store store
    no_litter store "$2, and another ingest"
    no_litter scratch "$2, and another ingest"
    expect 0 1 '' info $dataset --store store --format csv
    says out "${1%.csv},"
    says out 'first,2000,'
}

restore() {
    rm -rf store && cp -r wanted store && rm store/$dataset/partitions/large.* && cp former.h5 store/$dataset/master.h5
}
cp store/$dataset/master.h5 former.h5

# kill_at RANKS SIGNAL WHOM INSTANT: whom is a rank, or 'launcher'.
kill_at() {
    local ranks=$1 signal=$2 whom=$3 instant=$4 what target
    what="$ranks ranks, $signal to ${whom/#[0-9]/rank &} at $instant"
    restore
    # A launcher that has to stop tells the ranks, and kills them a second
    # later. On a busy machine they need longer to hear it.
    if [ "$signal" != KILL ]; then
        export OMPI_MCA_odls_base_sigkill_timeout=5 PRTE_MCA_odls_base_sigkill_timeout=5
    else
        unset OMPI_MCA_odls_base_sigkill_timeout PRTE_MCA_odls_base_sigkill_timeout
    fi
    start "$ranks" ingest $dataset large.csv --store store --memory 64M
    reach "$instant"
    target=$launched
    if [ "$whom" != launcher ]; then target=${pids[$whom]:-$launched}; fi
    kill -"$signal" "$target" 2>/dev/null || true
    ended "$what"
    if [ "$ended_status" = 0 ]; then
        echo "$what: it was faster" # the store is then the new one
    else
        echo "$what: exit status $ended_status"
        killed=$((killed + 1))
    fi
    old_or_new "$what"
    # What a launcher does to its ranks is its own: that of Open MPI 5 may kill
    # them before they hear of it. The next ingest clears up in any case.
    if [ "$signal" != KILL ] && [ "$whom" != launcher ]; then
        no_litter store "$what"
        no_litter scratch "$what"
    fi
    recovers small.csv "$what"
}

killed=0
tried=0
while read -r ranks signal whom instant <&3; do
    kill_at "$ranks" "$signal" "$whom" "$instant"
    tried=$((tried + 1))
done 3< <(some 4 <<'INSTANTS'
1 KILL 0 read30000000
1 KILL 0 written1
1 TERM 0 read30000000
1 INT 0 written1
3 KILL 0 locked
3 KILL 1 read10000000
3 KILL 2 read30000000
3 KILL 0 written1
3 KILL 1 written1
3 KILL 2 written20000
2 KILL launcher locked
2 KILL launcher read20000000
2 KILL launcher written1
3 TERM launcher read10000000
3 TERM launcher written1
3 INT launcher read10000000
3 INT launcher written1
3 TERM 1 read10000000
3 TERM 0 start
3 TERM 2 start
3 TERM 1 start
3 INT 0 start
INSTANTS
)
CHECKS_DONE=$((CHECKS_DONE + 1))
[ $((killed * 3)) -ge $((tried * 2)) ] || fail "only $killed of $tried were killed before they had ended"

# After all of it the file itself comes in, and the store is the one that an
# ingest without trouble makes.
restore
start 3 ingest $dataset large.csv --store store
reach written1
kill -KILL "${pids[1]:-$launched}" 2>/dev/null || true
ended 'the last one'
expect 0 2 '' ingest $dataset large.csv --store store
fingerprint store >now
same after now 'the store after all'
expect 0 3 '' report calls --store store --out report
finish
