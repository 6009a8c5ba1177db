# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# What the scripts of jobs/ and tests/ share: messages, where the project and
# its build are, how many ranks to start and how to start them. Sourced, never
# run. Works with bash 3.2 (macOS), hence no associative arrays and no mapfile.

COLONNADE_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
COLONNADE_BUILD=${COLONNADE_BUILD:-$COLONNADE_ROOT/build/release}

say() { printf '%s\n' "$*"; }
step() { printf '\n== %s\n' "$*"; }
warn() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }

# die STATUS MESSAGE...
die() {
    local status=$1
    shift
    warn "$*"
    exit "$status"
}

have() { command -v "$1" >/dev/null 2>&1; }

# The text between the first comment line of a script and its first command is
# its help.
print_header() {
    awk 'NR == 1 || /SPDX/ { next } !/^#/ { exit } { sub(/^# ?/, ""); print }' "$1" |
        awk 'NF { started = 1 } started'
}

# How many ranks: COLONNADE_RANKS, else the cores that this process may use.
rank_count() {
    if [ -n "${COLONNADE_RANKS:-}" ]; then
        case $COLONNADE_RANKS in
            *[!0-9]* | 0*) die 2 "COLONNADE_RANKS is '$COLONNADE_RANKS', but must be a number from 1 up" ;;
        esac
        say "$COLONNADE_RANKS"
    elif have nproc; then
        nproc
    else
        getconf _NPROCESSORS_ONLN
    fi
}

# Sets the array MPIRUN to a command that starts `$1` ranks of the program that
# follows it. Small machines may have fewer cores than ranks, and several jobs
# may share them: no binding, and more ranks than cores are allowed. What failed
# the program has said, so mpirun says nothing. Open MPI 5 spells these options
# differently, or lacks them; MPICH needs none of them.
# shellcheck disable=SC2034 # MPIRUN is for the caller
set_mpirun() {
    local ranks=$1 version
    have mpirun || die 3 "mpirun was not found: run jobs/install.sh, or 'module load openmpi' on a cluster"
    version=$(mpirun --version 2>&1 || true)
    case $version in
        *"(Open MPI) "[1-4].*) MPIRUN=(mpirun --quiet --oversubscribe --bind-to none -n "$ranks") ;;
        *"(Open MPI) "*) MPIRUN=(mpirun --map-by ":OVERSUBSCRIBE" --bind-to none -n "$ranks") ;;
        *) MPIRUN=(mpirun -n "$ranks") ;;
    esac
    mpi_environment
}

# tell_of_end STATUS: what a quiet mpirun and a program that was killed did not say.
tell_of_end() {
    if [ "$1" -gt 128 ]; then
        warn "a rank was ended by signal $(($1 - 128)); 9 often means that memory was short"
    elif [ "$1" -gt 4 ]; then
        warn "mpirun ended with status $1: '${MPIRUN[*]/--quiet/} $COLONNADE_BUILD/colonnade --version' says more"
    fi
}

# Open MPI refuses to start as root unless told twice; in a container root is
# the ordinary user. Containers also forbid the system call by which its ranks
# copy from each other's memory. On one machine shared memory is all that ranks
# need to talk (Open MPI 5 takes vader for sm); its search for networks only
# costs time and, in a container, prints warnings. A rank that waits gives its
# core away: on a busy machine it may be the one that the others wait for.
mpi_environment() {
    if [ "$(id -u)" = 0 ]; then
        export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
        export PRTE_ALLOW_RUN_AS_ROOT=1 PRTE_ALLOW_RUN_AS_ROOT_CONFIRM=1
    fi
    if [ -e /.dockerenv ] || [ -e /run/.containerenv ]; then
        export OMPI_MCA_btl_vader_single_copy_mechanism=none OMPI_MCA_smsc=^cma
    fi
    if [ -z "${SLURM_JOB_ID:-}${PBS_JOBID:-}${LSB_JOBID:-}" ]; then
        export OMPI_MCA_pml="${OMPI_MCA_pml:-ob1}" OMPI_MCA_btl="${OMPI_MCA_btl:-self,vader}"
        export OMPI_MCA_mpi_yield_when_idle="${OMPI_MCA_mpi_yield_when_idle:-1}"
    fi
    [ -e /sys/devices/system/cpu ] || export HWLOC_HIDE_ERRORS=2
}

# configure_release on|off: the build folder of the release preset, with or
# without tests. An existing folder keeps its tests.
configure_release() {
    local tests=$1
    local -a options=(--preset release -B "$COLONNADE_BUILD")
    if [ "$tests" = on ]; then
        options+=(-DCOLONNADE_BUILD_TESTS=ON)
    elif [ ! -f "$COLONNADE_BUILD/CMakeCache.txt" ]; then
        options+=(-DCOLONNADE_BUILD_TESTS=OFF)
    fi
    (cd "$COLONNADE_ROOT" && cmake "${options[@]}" >"$COLONNADE_ROOT/build/configure.log" 2>&1) || {
        cat "$COLONNADE_ROOT/build/configure.log" >&2
        die 3 "cmake could not configure $COLONNADE_BUILD; if that folder was made elsewhere, remove it and try again"
    }
}

# build_release on|off: configures and builds what 'cmake --install' installs,
# and the tests too.
build_release() {
    local tests=$1
    mkdir -p "$COLONNADE_ROOT/build"
    configure_release "$tests"
    if [ "$tests" = on ]; then
        cmake --build "$COLONNADE_BUILD"
    else
        cmake --build "$COLONNADE_BUILD" --target colonnade colonnade_manual
    fi
}
