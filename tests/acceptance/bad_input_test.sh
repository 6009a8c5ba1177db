#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Input that cannot be stored, or not all of it: each ends with one message and
# the right exit status on any number of ranks, and the former store is whole.
# timeout: 1800

set -euo pipefail
# shellcheck source=checks.sh
. "$COLONNADE_SOURCE/tests/acceptance/checks.sh"

# ---- A dataset of its own, and a store that every case must leave alone ----

cat >config.json <<'JSON'
{
  "store": "store",
  "fsync": false,
  "questions": { "accidents": "trips", "calls": "calls", "good_conditions": ["DRY"], "unknown_conditions": ["?"] },
  "datasets": {
    "trips": {
      "formats": ["%Y-%m-%d %H:%M:%S"],
      "columns": [
        { "name": "id", "type": "integer", "role": "key" },
        { "name": "at", "type": "timestamp", "role": "time", "aliases": ["when"] },
        { "name": "quarter", "type": "category", "role": "area" },
        { "name": "surface", "type": "category", "role": "condition", "fold": "upper" },
        { "name": "length", "type": "double" },
        { "name": "note", "type": "text" }
      ]
    },
    "calls": {
      "formats": ["%Y-%m-%d %H:%M:%S"],
      "columns": [{ "name": "at", "type": "timestamp", "role": "time" }, { "name": "quarter", "role": "area" }]
    }
  }
}
JSON
header=id,at,quarter,surface,length,note

# trips COUNT [FIRST]: records without a fault.
trips() {
    awk -v count="$1" -v first="${2:-1}" 'BEGIN {
        split("Mitte,Nord,Ost,", quarters, ","); split("Dry,DRY,wet,?,", surfaces, ",")
        for (i = first; i < first + count; i++)
            printf "%d,2015-%02d-%02d 08:%02d:00,%s,%s,%.2f,\"no. %d, \"\"as told\"\"\"\n", i, i % 12 + 1, i % 28 + 1,
                   i % 60, quarters[i % 4 + 1], surfaces[i % 5 + 1], i / 7, i
    }'
}

{ echo $header && trips 500; } >good.csv
mkdir scratch
export COLONNADE_SCRATCH=$PWD/scratch
expect 0 3 '' ingest trips good.csv
fingerprint store >before
expect 0 1 '' info trips
mv out info.before

# whole WHAT: the store is the one of the beginning, and there is no litter.
whole() {
    fingerprint store >now
    same before now "$1: the store"
    no_litter store "$1"
    no_litter scratch "$1"
}

# refused STATUS TEXT ARGUMENT...: alone, and on two and three ranks by turns.
turn=0
refused() {
    expect "$1" 1 "${@:2}"
    turn=$((turn + 1))
    expect "$1" $((2 + turn % 2)) "${@:2}"
    whole "'${*:3}'"
}

# mistaken TEXT ARGUMENT...: what the command line or the configuration has
# wrong; on one, two and three ranks by turns.
mistaken() {
    turn=$((turn + 1))
    expect 2 $((1 + turn % 3)) "$@"
    whole "'${*:2}'"
}

# ---- Files that are none ----

refused 3 'there is no file missing.csv' ingest trips missing.csv
refused 3 'there is no file no/such/folder.csv' ingest trips no/such/folder.csv
mkdir folder.csv
refused 3 'folder.csv is a folder' ingest trips folder.csv
mkfifo pipe.csv
refused 3 'pipe.csv' ingest trips pipe.csv
for command in scan records; do
    expect 3 3 'there is no file missing.csv' $command missing.csv
    expect 3 3 'folder.csv is a folder' $command folder.csv
done

# A file of another dataset, whole, and without what tells the time here.
mkdir rivals
(
    cd rivals
    "$COLONNADE" generate service_requests_311 --rows 20 -o calls.csv --quiet
    "$COLONNADE" generate traffic_accidents --vintage extract --rows 20 -o accidents.csv --quiet
)
for ranks in 1 3; do
    expect 1 $ranks "'colonnade ingest service_requests_311 rivals/calls.csv'" \
        --config "$COLONNADE_SOURCE/config.json" ingest traffic_accidents rivals/calls.csv --store rivals/store
    expect 1 $ranks "is a file of 'traffic_accidents'" \
        --config "$COLONNADE_SOURCE/config.json" ingest service_requests_311 rivals/accidents.csv --store rivals/store
done
[ -z "$(find rivals -name '*.h5')" ] || fail "a file of another dataset was published: $(find rivals)"

# Who may not read a file, or not write a store. Root may everything, so the
# program runs as nobody.
if [ "$(id -u)" != 0 ]; then
    cp good.csv secret.csv && chmod 000 secret.csv
    refused 3 'secret.csv' ingest trips secret.csv
elif command -v setpriv >/dev/null && chmod 755 "$PWD" &&
    setpriv --reuid=65534 --regid=65534 --clear-groups test -x "$COLONNADE" -a -r good.csv; then
    as_nobody() {
        expect_nobody "$@"
        whole "as nobody: '${*:4}'"
    }
    # As expect, for nobody, who needs a folder for temporary files.
    expect_nobody() {
        local wanted=$1 ranks=$2 text=$3 status=0
        shift 3
        CHECKS_DONE=$((CHECKS_DONE + 1))
        local -a command=("$COLONNADE" "$@")
        [ "$ranks" = 1 ] || command=("${CHECKS_MPIRUN[@]}" -n "$ranks" "${command[@]}")
        timeout --kill-after=5 240 env TMPDIR="$PWD/nobody" COLONNADE_SCRATCH="$PWD/nobody" HOME="$PWD/nobody" \
            setpriv --reuid=65534 --regid=65534 --clear-groups "${command[@]}" >out 2>err </dev/null || status=$?
        [ "$status" = "$wanted" ] || fail "nobody, $ranks ranks, '$*': exit status $status, not $wanted: $(cat err)"
        check_message err "$text" "nobody, $ranks ranks, '$*'"
    }
    mkdir nobody && chown 65534:65534 nobody
    cp good.csv secret.csv && chmod 600 secret.csv
    for ranks in 1 3; do
        as_nobody 3 $ranks 'secret.csv may not be read by this user' ingest trips secret.csv --store nobody/store
        as_nobody 3 $ranks 'Permission denied' ingest trips good.csv
        as_nobody 3 $ranks 'Permission denied' ingest trips good.csv --store closed
    done
    expect_nobody 0 3 '' ingest trips good.csv --store nobody/store
else
    echo 'not tested: a file that may not be read (needs setpriv, and a program that nobody can reach)'
fi

# A store that cannot be: a file stands where its folder would.
echo 'no store' >file
refused 3 'the folder file: a file has that name' ingest trips good.csv --store file/store
refused 3 'the folder file: a file has that name' ingest trips good.csv --store file
same <(echo 'no store') file 'the file in the store'"'"'s place'

# ---- Nothing, or next to nothing ----

: >empty.csv
refused 1 'empty.csv holds no header and no records' ingest trips empty.csv
printf '\n\r\n\n' >blank.csv
refused 1 'blank.csv holds no header and no records' ingest trips blank.csv
printf '\357\273\277' >mark.csv
refused 1 'mark.csv holds no header and no records' ingest trips mark.csv

# A header alone is a partition of no rows; answers say what they lack.
echo $header >header.csv
for ranks in 1 3; do
    expect 0 $ranks '' ingest trips header.csv --store bare --format csv
    says out 'header,published,34,0,0,0,0,0,0'
    expect 2 $ranks 'no row of the accidents has a time' report --store bare --out bare-report
    mv bare bare-$ranks
done
same <(fingerprint bare-1) <(fingerprint bare-3) 'the store of a header'

# One record, with and without a line end, on more ranks than bytes would do.
{ echo $header && trips 1; } >one.csv
expect 0 8 '' ingest trips one.csv --store one --format csv
says out "one,published,$(wc -c <one.csv),1,1,0,0,0,0"
head -c -1 one.csv >cut.csv
expect 0 8 '' ingest trips cut.csv --store one --stripe-size 1 --format csv
says out "cut,published,$(wc -c <cut.csv),1,1,0,0,0,0"
expect 0 8 '' report --store one --out one-report
echo a >letter.csv
expect 0 8 '' ingest letter letter.csv --schema auto --store one --stripe-size 1
expect 0 1 '' info letter --store one --format csv
says out 'letter,0,0,2,'

# ---- Headers ----

{ echo 'id,at,ID,surface,length,note' && trips 3; } >twice.csv
refused 1 'columns 1 ("id") and 3 ("ID")' ingest trips twice.csv
{ echo 'id,at,When,surface,length,note' && trips 3; } >alias.csv
refused 1 'columns 2 ("at") and 3 ("When")' ingest trips alias.csv
{ echo 'a,a' && echo 1,2; } >same.csv
refused 1 'columns 1 ("a") and 2 ("a")' ingest same same.csv --schema auto
{ echo 'who,what,where' && echo 1,2,3; } >other.csv
refused 1 'other.csv has no column that the dataset "trips" declares' ingest trips other.csv

# ---- What is no text ----

LC_ALL=C awk 'BEGIN { srand(7); for (i = 0; i < 200000; i++) printf "%c", int(rand() * 256) }' >noise.csv
refused 1 'noise.csv' ingest trips noise.csv
refused 1 'noise.csv' ingest noise noise.csv --schema auto
cp /bin/ls program.csv
refused 1 'program.csv' ingest trips program.csv
refused 1 'program.csv' ingest program program.csv --schema auto
for encoding in UTF-16LE UTF-16BE UTF-32LE; do
    { printf '\357\273\277' && cat good.csv; } | iconv -f UTF-8 -t $encoding >wide.csv
    refused 1 "is ${encoding%?E}, which is not read" ingest trips wide.csv
done
head -c 100000 /dev/zero >zeros.csv
refused 1 'zeros.csv' ingest trips zeros.csv

# ---- Commands and configurations ----

mistaken "did you mean 'ingest'" ingset trips good.csv
mistaken "did you mean '--replace'" ingest trips good.csv --repalce
mistaken 'did you mean "trips"' ingest trip good.csv
mistaken 'takes a share from 0 to 1' ingest trips good.csv --max-reject-rate 1,5
mistaken 'takes "null", "reject" or "fail"' ingest trips good.csv --on-bad-cell ignore
mistaken '"auto" only' ingest trips good.csv --schema guess
mistaken '--as names one partition' ingest trips good.csv one.csv --as x
mistaken 'would both be the partition "good"' ingest trips good.csv ./good.csv
mistaken 'cannot be the name of a partition' ingest trips good.csv --as ../good
mistaken 'cannot be the name of a dataset' ingest ../trips good.csv --schema auto
mistaken 'nothing is staged' ingest trips
mistaken 'missing.json' ingest trips good.csv --config missing.json

# misconfigured TEXT FILTER...: the configuration, changed by sed.
misconfigured() {
    local text=$1
    shift
    sed "$@" config.json >wrong.json
    ! cmp -s config.json wrong.json || fail "sed $* changes nothing"
    mistaken "$text" ingest trips good.csv --config wrong.json
}
misconfigured 'wrong.json:3:3: a comma or a closing brace' -e '2s/,$//'
misconfigured 'datasets.trips.colums' -e 's/"columns"/"colums"/'
misconfigured 'datasets.trips.columns[1].type' -e 's/"type": "timestamp"/"type": "time"/'
misconfigured 'fsync' -e 's/"fsync": false/"fsync": "no"/'
misconfigured 'datasets.trips.formats[0]' -e 's/%H:%M:%S"/%H:%Q"/'
misconfigured 'datasets.trips.columns[2].role' -e 's/"role": "area"/"role": "erea"/'
head -c 200 config.json >cut.json
mistaken 'cut.json' ingest trips good.csv --config cut.json
mistaken 'program.csv' ingest trips good.csv --config program.csv

# ---- Records that do not pass ----

{ echo $header && trips 90 && for ((i = 0; i < 10; i++)); do echo "$i,too,few"; done; } >ragged.csv
refused 1 '10 of 100 records were rejected, more than the 1 %' ingest trips ragged.csv
expect 0 1 '' rejects trips ragged --format csv
CHECKS_DONE=$((CHECKS_DONE + 1))
[ "$(grep -c '^trips,ragged,no,' out)" = 10 ] || fail "not the ten rejected records are listed: $(cat out)"
says out ',92,' # the first of them: the header is record 1
says out '"0,too,few'
refused 1 '10 of 100' ingest trips ragged.csv --max-reject-rate 0.09
cp -r store loose
expect 0 3 '' ingest trips ragged.csv --allow-rejects --store loose --format csv
says out "ragged,published,$(wc -c <ragged.csv),100,90,10,0,0,0"
expect 0 1 '' rejects trips ragged --format csv --store loose
CHECKS_DONE=$((CHECKS_DONE + 1))
[ "$(grep -c '^trips,ragged,yes,' out)" = 10 ] || fail "published rejects are not listed once: $(cat out)"
expect 0 2 '' ingest trips ragged.csv --max-reject-rate 0.1 --store loose --as exactly
expect 0 2 '' ingest trips ragged.csv --on-malformed repair --store loose --as mended --format csv
says out ',100,100,0,'

# A cell that does not fit: null, the whole record, or the end, which names the
# first in the file's order wherever the ranks and stripes are.
{
    echo $header && trips 300
    echo '301,2015-13-01 00:00:00,Ost,DRY,1.0,bad month'
    trips 200 302
    echo '5O2,2015-02-01 00:00:00,Ost,DRY,1.0,letter O'
    trips 300 503
} >cells.csv
for ranks in 1 3; do
    for stripe in 64 4096 1M; do
        expect 1 $ranks 'record 302' ingest trips cells.csv --on-bad-cell fail --stripe-size $stripe
        says err '2015-13-01 00:00:00'
    done
done
whole 'a bad cell'
rm -rf loose && cp -r store loose
expect 0 3 '' ingest trips cells.csv --store loose --format csv
says out ',802,802,0,0,2,0'
expect 0 3 '' ingest trips cells.csv --on-bad-cell reject --store loose --as strict --format csv
says out ',802,800,2,0,'

# A record beyond every limit.
{ echo $header && trips 200 && printf '201,2015-01-01 00:00:00,Ost,DRY,1.0,"' && head -c 20000000 /dev/zero | tr '\0' x && echo '"' && trips 200 202; } >long.csv
for ranks in 1 3; do
    expect 0 $ranks '' ingest trips long.csv --store loose --as long-$ranks --format csv
    says out ',401,400,1,0,'
    expect 0 1 '' rejects trips long-$ranks --store loose --format csv
    CHECKS_DONE=$((CHECKS_DONE + 1))
    [ "$(grep -c ",long-$ranks," out)" = 1 ] || fail "the long record is not listed once: $(cut -c 1-200 out)"
done
refused 1 'of 401 records were rejected' ingest trips long.csv --max-reject-rate 0
{ echo $header && printf '1,"' && head -c 1000000 /dev/zero | tr '\0' '\n'; } >open.csv
refused 1 'of 1 records were rejected' ingest trips open.csv

# Some files pass, one does not: the others are in.
rm -rf loose && cp -r store loose
expect 1 2 '10 of 100 records' ingest trips ragged.csv one.csv --store loose --format csv
says out 'ragged,not published,'
says out 'one,published,'

# ---- The same partition again ----

refused 2 'came from good.csv, and this file from one.csv' ingest trips one.csv --as good
expect 0 3 '' ingest trips good.csv --format csv
says out 'good,unchanged,'
whole 'the same file again'
rm -rf loose && cp -r store loose
expect 0 3 '' ingest trips one.csv --as good --replace --store loose
expect 0 1 '' info trips --store loose --format csv
says out 'good,1,0,'
mkdir changed && { cat good.csv && trips 10 501; } >changed/good.csv
rm -rf loose && cp -r store loose
cp loose/trips/master.h5 former.h5
expect 0 3 '' ingest trips changed/good.csv --store loose
expect 0 1 '' info trips --store loose --format csv
says out 'good,510,0,'
# Who read the old master before is not left alone: its file stays a while.
mkdir -p old/trips && cp -r loose/trips/partitions old/trips/ && cp former.h5 old/trips/master.h5
expect 0 1 '' info trips --store old --format csv
says out 'good,500,0,'
expect 0 3 '' report --store old --out old-report
# Another recipe is another partition, though the bytes are the same.
expect 0 2 '' ingest trips cells.csv --store loose
fingerprint loose >null.sum
expect 0 2 '' ingest trips cells.csv --store loose --on-bad-cell reject --format csv
says out 'cells,replaced,'
CHECKS_DONE=$((CHECKS_DONE + 1))
! cmp -s null.sum <(fingerprint loose) || fail 'another policy gives the same store'

# A lock that another holds; one whose owner is dead is taken over.
: >store/trips/lock
expect 3 3 "is locked by store/trips/lock" ingest trips one.csv
rm store/trips/lock

# A store that is damaged is said to be so, and not made worse.
rm -rf loose && cp -r store loose
printf 'no HDF5' >loose/trips/master.h5
for ranks in 1 3; do
    expect 3 $ranks 'loose/trips/master.h5 cannot be read' ingest trips one.csv --store loose
    expect 3 $ranks 'loose/trips/master.h5 cannot be read' info trips --store loose
    expect 3 $ranks 'loose/trips/master.h5 cannot be read' report --store loose --out loose-report
done
same <(printf 'no HDF5') loose/trips/master.h5 'the damaged master'
rm -rf loose && cp -r store loose
for file in loose/trips/partitions/*.h5; do head -c 3000 "$file" >half && mv half "$file"; done
expect 3 3 'loose/trips/partitions/good.' report --store loose --out loose-report
rm loose/trips/partitions/*
expect 3 3 'loose/trips/partitions/good.' report --store loose --out loose-report

whole 'everything'
expect 0 1 '' info trips
same info.before out 'what info says of the store'
finish
