#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Disks that are full, early or late, under the store, the scratch folder, a
# generated file and a report: one message, the right exit status, nothing left
# behind, and the former store whole. The disks are small file systems in
# memory, in a mount namespace that ends with the test.
# timeout: 1800

set -euo pipefail

if [ "${1:-}" != mounted ]; then
    options=(--mount)
    [ "$(id -u)" = 0 ] || options=(--user --map-root-user --mount)
    # shellcheck disable=SC2016 # the inner shell expands it
    if ! unshare "${options[@]}" sh -c 'mount -t tmpfs -o size=1M tmpfs "$0"' "$TMPDIR" 2>/dev/null; then
        echo 'skipped: no small file system can be mounted here (needs root, or user namespaces)'
        exit 77
    fi
    exec unshare "${options[@]}" bash "$0" mounted
fi
# shellcheck source=../acceptance/checks.sh
. "$COLONNADE_SOURCE/tests/acceptance/checks.sh"

mkdir store scratch disk
export COLONNADE_SCRATCH=$PWD/scratch COLONNADE_GNUPLOT=$PWD/no-gnuplot
expect 0 2 '' generate service_requests_311 --size 40M -o large.csv
expect 0 2 '' generate service_requests_311 --rows 500 --seed 2 -o small.csv
expect 0 2 '' generate service_requests_311 --rows 300 --seed 3 -o first.csv
mount -t tmpfs -o size=4M tmpfs store
expect 0 3 '' ingest service_requests_311 first.csv --store store
expect 0 1 '' info service_requests_311 --store store
mv out info.before
fingerprint store >before
cp -r store pristine

# whole WHAT
whole() {
    fingerprint store >now
    same before now "$1: the store"
    expect 0 1 '' info service_requests_311 --store store
    same info.before out "$1: what info says"
    no_litter store "$1"
    no_litter scratch "$1"
}

# ---- The store's disk is too small by far ----

for ranks in 1 2 3; do
    expect 3 $ranks 'No space left on device' ingest service_requests_311 large.csv --store store
    whole "$ranks ranks, a file too large for the store's disk"
done

# ---- It is full at any moment: from the lock to the history ----

# One page less each time, from where all goes well to where nothing does.
small_fits=0
small_fails=0
for free in 1024 512 256 200 160 128 112 96 80 64 48 40 32 24 20 16 12 8 4 0; do
    rm -rf store/* && cp -r pristine/. store/
    available=$(($(stat -fc '%a * %S' store) / 1024))
    head -c $(((available - free) * 1024)) /dev/zero >store/filler
    CHECKS_DONE=$((CHECKS_DONE + 1))
    status=0
    launch $((1 + free / 4 % 3)) ingest service_requests_311 small.csv --store store >out 2>err || status=$?
    case $status in
        0)
            small_fits=1
            check_message err '' "$free KiB free"
            expect 0 1 '' info service_requests_311 --store store --format csv
            says out 'small,500,'
            ;;
        3)
            small_fails=1
            check_message err 'No space left on device' "$free KiB free"
            rm store/filler
            whole "$free KiB free"
            ;;
        *) fail "$free KiB free: exit status $status: $(cat err)" ;;
    esac
    rm -f store/filler
    expect 0 2 '' ingest service_requests_311 small.csv --store store
    expect 0 2 '' report calls --store store --out report
done
[ $small_fits = 1 ] || fail 'the small file never fitted'
[ $small_fails = 1 ] || fail 'the small file always fitted'
umount store
cp -r pristine/. store/

# ---- The same with a rule for duplicates, and while a file is removed ----

cat >rule.json <<'JSON'
{ "datasets": { "events": { "on_duplicate": "keep-last", "columns": [
    { "name": "id", "type": "text", "role": "key" }, { "name": "road", "type": "category" } ] } } }
JSON
# rows SEED: many keys stand in other files too.
rows() {
    awk -v seed="$1" 'BEGIN {
        srand(seed)
        print "id,road"
        for (i = 0; i < 20000; i++) printf "%d,road%d\n", int(rand() * 30000), seed
    }'
}
rows 1 >a.csv
rows 2 >b.csv
mkdir ruled
mount -t tmpfs -o size=4M tmpfs ruled
with_rule=(--config rule.json --store ruled)
expect 0 1 '' ingest events a.csv "${with_rule[@]}"
cp -r ruled one
expect 0 1 '' ingest events b.csv "${with_rule[@]}"
cp -r ruled two

# full_by FREE FORMER WANTED ARGUMENT...: the command with so many KiB free, from
# that store; afterwards it is as it was, or the new one, of which info says WANTED.
full_by() {
    local free=$1 former=$2 wanted=$3 available status=0
    shift 3
    rm -rf ruled/* && cp -r "$former/." ruled/
    available=$(($(stat -fc '%a * %S' ruled) / 1024))
    [ "$free" -lt "$available" ] || return 0
    fingerprint ruled >ruled.before
    head -c $(((available - free) * 1024)) /dev/zero >ruled/filler
    CHECKS_DONE=$((CHECKS_DONE + 1))
    launch $((1 + free / 4 % 3)) "$@" "${with_rule[@]}" >out 2>err </dev/null || status=$?
    rm ruled/filler
    case $status in
        0)
            fits=1
            check_message err '' "$*, $free KiB free"
            ;;
        3)
            fails=1
            check_message err 'No space left on device' "$*, $free KiB free"
            fingerprint ruled >now
            # A file that nothing names is no part of the store; 'clean' removes it.
            ! grep -v -F -x -f now ruled.before || fail "$*, $free KiB free: this of the former store is missing"
            ;;
        *) fail "$*, $free KiB free: exit status $status: $(cat err)" ;;
    esac
    no_litter ruled "$*, $free KiB free"
    expect 0 2 '' verify --quiet "${with_rule[@]}"
    [ $status = 0 ] || expect 0 1 '' "$@" "${with_rule[@]}"
    expect 0 1 '' info events --format csv "${with_rule[@]}"
    same "$wanted" out "$*, $free KiB free: what info says"
}

# fill FORMER WANTED ARGUMENT...: the command with less and less room.
fill() {
    local free
    fits=0 fails=0
    while read -r free <&3; do full_by "$free" "$@"; done 3< <(
        some 4 < <(printf '%d\n' 1000 500 400 300 250 200 160 128 96 64 48 32 20 12 4 0)
    )
    [ $fits = 1 ] || fail "'$3' with a rule never fitted"
    [ $fails = 1 ] || fail "'$3' with a rule always fitted"
}
expect 0 1 '' info events --format csv "${with_rule[@]}"
mv out info.two
fill one info.two ingest events b.csv
rm -rf ruled/* && cp -r two/. ruled/
expect 0 1 '' remove events a --yes "${with_rule[@]}"
expect 0 1 '' info events --format csv "${with_rule[@]}"
mv out info.rest
fill two info.rest remove events a --yes
umount ruled

# ---- No room in the scratch folder, to which one rank has to spill ----

mount -t tmpfs -o size=2M tmpfs scratch
expect 3 1 'No space left on device' ingest service_requests_311 large.csv --store store --memory 64M
whole 'a full scratch folder'
umount scratch
expect 0 1 '' ingest service_requests_311 large.csv --store store --memory 64M
no_litter scratch 'spilling'

# ---- No room for results ----

for ranks in 1 3; do
    mount -t tmpfs -o size=64k tmpfs disk
    expect 3 $ranks 'No space left on device' generate traffic_accidents --rows 10000 -o disk/accidents.csv
    expect 3 $ranks 'No space left on device' records small.csv -o disk/records.csv
    CHECKS_DONE=$((CHECKS_DONE + 1))
    [ -z "$(find disk -type f)" ] || fail "$ranks ranks, results: left behind: $(find disk -type f)"
    umount disk
    mount -t tmpfs -o size=16k tmpfs disk
    expect 3 $ranks 'No space left on device' report --store store --out disk/report
    no_litter disk "$ranks ranks, a report"
    umount disk
done
# Figures are larger than tables: the answers are there, and what is not drawn
# is told.
if command -v gnuplot >/dev/null; then
    unset COLONNADE_GNUPLOT
    mount -t tmpfs -o size=64k tmpfs disk
    CHECKS_DONE=$((CHECKS_DONE + 1))
    status=0
    launch 2 report --store store --out disk/report >out 2>err || status=$?
    case $status in
        0) says err 'was not drawn' ;;
        3) check_message err 'No space left on device' 'a report with figures' ;;
        *) fail "a report with figures: exit status $status: $(cat err)" ;;
    esac
    no_litter disk 'a report with figures'
    umount disk
fi
finish
