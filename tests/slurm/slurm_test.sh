#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The batch job on a real Slurm: it succeeds, gives the answers, stores the
# same bytes as a run without Slurm, and fails with the program's own status.
# timeout: 300

set -euo pipefail
# shellcheck source=cluster.sh
. "$COLONNADE_SOURCE/tests/slurm/cluster.sh"

fail() {
    printf 'FAILED: %s\n' "$*" >&2
    exit 1
}

missing=$(slurm_missing)
if [ -n "$missing" ]; then
    echo "skipped: no Slurm here (missing: $missing); tests/run.sh --slurm installs it"
    exit 77
fi

folder=$(mktemp -d /tmp/cln-slurm.XXXXXX) # sockets need a short path
finish() {
    slurm_stop "$folder"
    rm -rf "$folder"
}
trap finish EXIT
trap 'exit 130' INT TERM

# The program must be where the nodes see it; three nodes on one host share
# names of shared memory, so their ranks talk by TCP.
export COLONNADE OMPI_MCA_pml=ob1 OMPI_MCA_btl=self,tcp OMPI_MCA_btl_tcp_if_include=lo OMPI_MCA_mpi_yield_when_idle=1

# job LAUNCH NAME: submits the batch job, waits for its end (sbatch --wait looks
# only every ten seconds), and returns its exit status.
job() {
    local id state
    id=$(COLONNADE_LAUNCH=$1 STORE=$PWD/$2.store REPORT=$PWD/$2.report \
        sbatch --parsable --nodes 2 --ntasks 4 --mem-per-cpu 256M --output "$PWD/$2.log" \
        "$COLONNADE_SOURCE/jobs/colonnade.sbatch")
    while :; do
        state=$(scontrol show job --oneliner "$id") || state=JobState=PENDING # a busy controller; ask again
        case $state in
            *JobState=PENDING* | *JobState=CONFIGURING* | *JobState=RUNNING* | *JobState=COMPLETING*) sleep .2 ;;
            *) break ;;
        esac
    done
    state=${state##* ExitCode=}
    return "${state%%:*}"
}

# same_store A B: byte for byte the same files, except the log of when and where.
same_store() {
    diff -r --exclude=history.jsonl "$1" "$2" >&2 || fail "$1 and $2 differ"
}

OMPI_MCA_btl=self "$COLONNADE" generate traffic_accidents --rows 4000 --quiet -o accidents.csv
OMPI_MCA_btl=self "$COLONNADE" generate service_requests_311 --rows 4000 --quiet -o calls.csv
export ACCIDENTS=$PWD/accidents.csv CALLS=$PWD/calls.csv

"$COLONNADE" ingest traffic_accidents accidents.csv --store alone.store --quiet
"$COLONNADE" ingest service_requests_311 calls.csv --store alone.store --quiet
"$COLONNADE" report --store alone.store --out alone.report >alone.txt

slurm_start "$folder" || fail "Slurm did not start"

for launch in srun mpirun; do
    status=0
    job $launch $launch || status=$?
    [ $status = 0 ] || { cat $launch.log >&2 && fail "the job by $launch ended with status $status"; }
    grep -q "started by $launch" $launch.log || fail "the job was not started by $launch"
    same_store alone.store $launch.store
    for table in alone.report/*.csv; do
        cmp "$table" "$launch.report/${table##*/}" || fail "$launch gives another answer"
    done
done
[ -n "$(find srun.store -name '*.h5')" ] || fail "the job stored nothing"
[ -n "$(find srun.report -name '*.csv')" ] || fail "the job answered nothing"
# Every line of the answers stands in the job's log, too.
while IFS= read -r line; do
    case $line in
        *report*/* | '') ;; # names its own folder
        *) grep -qF -- "$line" srun.log || fail "the log lacks the line: $line" ;;
    esac
done <alone.txt

status=0
ACCIDENTS=$PWD/absent.csv CALLS='' job srun absent || status=$?
[ $status = 3 ] || { cat absent.log >&2 && fail "a missing file gave status $status instead of 3"; }
[ "$(grep -c absent.csv absent.log)" = 1 ] || fail "the message about the missing file stands there not once"
[ -z "$(find absent.store -name '*.h5' 2>/dev/null)" ] || fail "a failed job left something in the store"
echo "Slurm: the job by srun and by mpirun stores and answers the same as alone"
