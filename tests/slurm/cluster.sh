# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# A Slurm cluster of three nodes on this one machine, without systemd and in
# one folder. Sourced by tests:
#
#   slurm_missing              prints what is not installed, if anything
#   slurm_start FOLDER         starts it and sets SLURM_CONF
#   slurm_stop FOLDER          stops it; safe to call at any time
#
# FOLDER must be short: sockets are made in it.

PATH=$PATH:/usr/sbin:/sbin

slurm_missing() {
    local program
    for program in munged slurmctld slurmd sbatch srun sinfo; do
        command -v $program >/dev/null || printf '%s ' $program
    done
}

# A free port, of three that follow each other.
slurm_free_ports() {
    local port
    while :; do
        port=$((20000 + RANDOM % 10000))
        if ! (exec 3<>/dev/tcp/127.0.0.1/$port) 2>/dev/null &&
            ! (exec 3<>/dev/tcp/127.0.0.1/$((port + 1))) 2>/dev/null; then
            echo $port
            return
        fi
    done
}

slurm_write_conf() {
    local folder=$1 host user port
    host=$(hostname -s 2>/dev/null || hostname)
    user=$(id -un)
    port=$(slurm_free_ports)
    cat >"$folder/slurm.conf" <<CONF
ClusterName=colonnade
SlurmctldHost=$host(127.0.0.1)
SlurmUser=$user
SlurmdUser=$user
SlurmctldPort=$port
SlurmctldPidFile=$folder/run/slurmctld.pid
SlurmdPidFile=$folder/run/slurmd.%n.pid
SlurmctldLogFile=$folder/log/slurmctld.log
SlurmdLogFile=$folder/log/slurmd.%n.log
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool/%n
TmpFS=$folder/tmp/%n
AuthType=auth/munge
AuthInfo=socket=$folder/run/munge.sock
CredType=cred/munge
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerParameters=sched_interval=5,bf_interval=3,batch_sched_delay=0,sched_min_interval=0
ReturnToService=2
SlurmdParameters=config_overrides
MpiDefault=none
JobAcctGatherType=jobacct_gather/linux
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/none
KillWait=2
NodeName=n[1-3] NodeHostname=$host NodeAddr=127.0.0.1 Port=[$((port + 1))-$((port + 3))] CPUs=2 Boards=1 SocketsPerBoard=1 CoresPerSocket=2 ThreadsPerCore=1 RealMemory=4000 State=UNKNOWN
PartitionName=main Nodes=n[1-3] Default=YES MaxTime=60:00 State=UP OverSubscribe=NO
CONF
    # Containers cannot make cgroups. Slurm 23.11 can do without them; those
    # before make none when nothing is to be constrained.
    case $(slurmctld -V) in
        *" "2[0-2].* | *" 23.02"*) printf 'CgroupAutomount=no\nConstrainCores=no\n' ;;
        *) printf 'CgroupPlugin=disabled\n' ;;
    esac >"$folder/cgroup.conf"
}

slurm_start_munge() {
    local folder=$1
    head -c 1024 /dev/urandom >"$folder/munge.key"
    chmod 400 "$folder/munge.key"
    munged --force --key-file="$folder/munge.key" --socket="$folder/run/munge.sock" \
        --pid-file="$folder/run/munged.pid" --log-file="$folder/log/munged.log" --seed-file="$folder/run/munged.seed"
}

slurm_start() {
    slurm_try_start "$1" && return
    tail -n 20 "$1"/log/*.log >&2
    return 1
}

slurm_try_start() {
    local folder=$1 node waited=0
    mkdir -p "$folder"/{run,log,state} "$folder"/{spool,tmp}/n{1,2,3}
    chmod 755 "$folder" "$folder/run"
    slurm_write_conf "$folder"
    export SLURM_CONF=$folder/slurm.conf
    slurm_start_munge "$folder" && slurmctld -i || return 1
    for node in n1 n2 n3; do slurmd -N $node || return 1; done
    until [ "$(sinfo -h -t idle -o %D 2>/dev/null)" = 3 ]; do
        waited=$((waited + 1))
        [ $waited -le 300 ] || return 1
        sleep .1
    done
}

slurm_pids() {
    local file
    for file in "$1"/run/slurmd.n*.pid "$1"/run/slurmctld.pid "$1"/run/munged.pid; do
        if [ -s "$file" ]; then cat "$file"; fi
    done
}

slurm_stop() {
    local -a pids
    read -r -d '' -a pids < <(slurm_pids "$1") || true
    [ ${#pids[@]} -gt 0 ] || return 0
    kill "${pids[@]}" 2>/dev/null || true
    for _ in $(seq 30); do
        kill -0 "${pids[@]}" 2>/dev/null || return 0
        sleep .1
    done
    kill -9 "${pids[@]}" 2>/dev/null || true
}
