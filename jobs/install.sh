#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Installs what Colonnade needs and this machine lacks.
#
#   jobs/install.sh [--test] [--lint] [--slurm] [--readers] [--s3] [--check | --list SYSTEM]
#
#   --test         also what the tests need
#   --lint         also what the checks of the sources need
#   --slurm        also what the Slurm test needs
#   --readers      also other programs that read a store (xarray, AnnData, R),
#                  as far as this system has packages of them
#   --s3           also object storage for the tests of it (OpenStack Swift), and
#                  another client of it (awscli)
#   --check        only say what is missing; status 3 if anything is
#   --list SYSTEM  only print the packages' names for apt, dnf, brew or spack
#   --help         this text
#
# Nothing is installed, and no rights are needed, when nothing is missing. On
# Debian and Ubuntu the missing packages are installed with apt-get, through
# sudo if you are not root. Elsewhere their names are printed and the status
# is 3: install them, or load them as modules, and start again.

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

PATH=$PATH:/usr/sbin:/sbin

# The one list of what Colonnade needs. Each line: group | what it is | how to
# see that it is there | its packages in apt | dnf | brew | spack ("-": none).
requirements() {
    cat <<'LIST'
base  | a C compiler                     | compiler               | gcc libc6-dev             | gcc                        | gcc         | -
base  | CMake 3.22 or later              | cmake                  | cmake                     | cmake                      | cmake       | cmake
base  | Ninja                            | command ninja          | ninja-build               | ninja-build                | ninja       | ninja
base  | pkg-config                       | command pkg-config     | pkg-config                | pkgconf-pkg-config         | pkgconf     | pkgconf
base  | MPI, to start programs           | command mpirun         | openmpi-bin               | openmpi                    | open-mpi    | openmpi
base  | MPI, to build programs           | command mpicc          | libopenmpi-dev            | openmpi-devel              | open-mpi    | openmpi
base  | parallel HDF5                    | hdf5                   | libhdf5-openmpi-dev       | hdf5-openmpi-devel         | hdf5-mpi    | hdf5+mpi
base  | libcurl                          | library libcurl        | libcurl4-openssl-dev      | libcurl-devel              | curl        | curl
base  | cJSON                            | library libcjson       | libcjson-dev              | cjson-devel                | cjson       | cjson
base  | libxml2                          | library libxml-2.0     | libxml2-dev               | libxml2-devel              | libxml2     | libxml2
base  | OpenSSL                          | library libcrypto      | libssl-dev                | openssl-devel              | openssl@3   | openssl
base  | xxHash                           | library libxxhash      | libxxhash-dev             | xxhash-devel               | xxhash      | xxhash
base  | zlib                             | library zlib           | zlib1g-dev                | zlib-devel                 | zlib        | zlib
base  | Zstandard                        | library libzstd        | libzstd-dev               | libzstd-devel              | zstd        | zstd
base  | the GNU Scientific Library       | library gsl            | libgsl-dev                | gsl-devel                  | gsl         | gsl
base  | gnuplot, for the figures         | command gnuplot        | gnuplot-nox               | gnuplot                    | gnuplot     | gnuplot
base  | the time zone database           | zones                  | tzdata                    | tzdata                     | -           | -
base  | a hosts file with localhost      | hosts                  | netbase                   | setup                      | -           | -
base  | certificates of https servers    | certificates           | ca-certificates           | ca-certificates            | -           | ca-certificates-mozilla
test  | cmocka                           | library cmocka         | libcmocka-dev             | libcmocka-devel            | cmocka      | cmocka
test  | SQLite's shell                   | command sqlite3        | sqlite3                   | sqlite                     | sqlite      | sqlite
test  | HDF5's tools                     | command h5dump         | hdf5-tools                | hdf5                       | hdf5-mpi    | hdf5+mpi
test  | Python, to serve files           | command python3        | python3                   | python3                    | python      | python
test  | h5py and pandas for Python       | python h5py,pandas     | python3-h5py python3-pandas | python3-h5py python3-pandas | -        | py-h5py py-pandas
test  | nginx, to serve files            | command nginx          | nginx-light               | nginx                      | nginx       | nginx
test  | openssl, to make certificates    | command openssl        | openssl                   | openssl                    | openssl@3   | openssl
lint  | clang                            | command clang          | clang                     | clang                      | llvm        | llvm
lint  | libFuzzer and clang's sanitizers | fuzzer                 | libclang-rt-dev           | compiler-rt                | llvm        | llvm
lint  | clang-format                     | command clang-format   | clang-format              | clang-tools-extra          | llvm        | llvm
lint  | clang-tidy                       | command clang-tidy     | clang-tidy                | clang-tools-extra          | llvm        | llvm
lint  | cppcheck                         | command cppcheck       | cppcheck                  | cppcheck                   | cppcheck    | cppcheck
lint  | shellcheck                       | command shellcheck     | shellcheck                | ShellCheck                 | shellcheck  | -
slurm | Slurm                            | command slurmctld      | slurm-wlm                 | slurm-slurmctld slurm-slurmd | -         | slurm
slurm | MUNGE                            | command munged         | munge                     | munge                      | -           | munge
s3    | OpenStack Swift, as object storage | command swift-proxy-server | swift-proxy swift-account swift-container swift-object | openstack-swift-proxy openstack-swift-account openstack-swift-container openstack-swift-object | - | -
s3    | memcached                        | command memcached      | memcached                 | memcached                  | -           | -
s3    | the command line of AWS          | command /usr/bin/aws   | awscli                    | awscli2                    | -           | -
readers | xarray for Python              | python xarray,h5netcdf | python3-xarray python3-h5netcdf | python3-xarray python3-h5netcdf | - | py-xarray py-h5netcdf
readers | AnnData for Python             | python anndata         | python3-anndata           | -                          | -           | py-anndata
readers | R with hdf5r                   | r hdf5r                | r-base-core r-cran-hdf5r  | R-core                     | r           | r-hdf5r
LIST
}

# Is a requirement there? The answer of each of these is their status.
there_command() { have "$1"; }
there_library() { have pkg-config && pkg-config --exists "$1"; }
there_cmake() {
    have cmake && cmake --version |
        awk 'NR == 1 { split($3, v, "."); exit !(v[1] > 3 || (v[1] == 3 && v[2] >= 22)) }'
}
there_compiler() {
    printf '#include <stdio.h>\nint main(void) { return 0; }\n' | "${CC:-cc}" -x c -o /dev/null - 2>/dev/null
}
there_fuzzer() {
    printf 'int LLVMFuzzerTestOneInput(void);\nint LLVMFuzzerTestOneInput(void) { return 0; }\n' |
        clang -fsanitize=fuzzer,address -x c -o /dev/null - 2>/dev/null
}
there_hdf5() {
    there_library hdf5-openmpi || there_library hdf5-mpich ||
        { have h5pcc && h5pcc -showconfig 2>/dev/null | grep -qiE 'parallel hdf5: *(yes|on)'; }
}
# What a system packages is found by its own Python, which need not be the first.
there_python() {
    local python
    for python in python3 /usr/bin/python3; do
        if "$python" -c "import $1" 2>/dev/null; then return 0; fi
    done
    return 1
}
there_r() { have Rscript && Rscript -e "library($1)" >/dev/null 2>&1; }
there_zones() {
    [ -e "${TZDIR:-/usr/share/zoneinfo}/America/Denver" ] || [ -e /var/db/timezone/zoneinfo/America/Denver ]
}
there_hosts() { [ -e /etc/hosts ]; } # without one Open MPI waits five seconds at each start
there_certificates() {
    [ "$(uname)" = Darwin ] || [ -n "${SSL_CERT_FILE:-}${CURL_CA_BUNDLE:-}" ] ||
        [ -s /etc/ssl/certs/ca-certificates.crt ] || [ -s /etc/pki/tls/certs/ca-bundle.crt ] ||
        [ -s /etc/ssl/ca-bundle.pem ] || [ -s /etc/ssl/cert.pem ]
}

# trim TEXT into REPLY
trim() {
    REPLY=${1#"${1%%[![:space:]]*}"}
    REPLY=${REPLY%"${REPLY##*[![:space:]]}"}
}

wanted() {
    case " $GROUPS_WANTED " in
        *" $1 "*) return 0 ;;
    esac
    return 1
}

# Reads the list into MISSING (what it is, one a line) and MISSING_<SYSTEM>
# (packages); with everything=yes as if nothing were there.
look_around() {
    local everything=$1 group what check apt dnf brew spack
    local -a probe
    MISSING='' APT='' DNF='' BREW='' SPACK=''
    while IFS='|' read -r group what check apt dnf brew spack; do
        trim "$group"
        wanted "$REPLY" || continue
        read -r -a probe <<<"$check"
        if [ "$everything" = no ] && "there_${probe[0]}" "${probe[@]:1}"; then continue; fi
        trim "$what"
        MISSING+="  $REPLY"$'\n'
        APT+=" $apt" DNF+=" $dnf" BREW+=" $brew" SPACK+=" $spack"
    done < <(requirements)
    APT=$(unique "$APT") DNF=$(unique "$DNF") BREW=$(unique "$BREW") SPACK=$(unique "$SPACK")
}

unique() {
    local word seen=' '
    for word in $1; do
        case $seen in
            *" $word "*) ;;
            *) [ "$word" = - ] || seen+="$word " ;;
        esac
    done
    trim "$seen"
    say "$REPLY"
}

# Sets the array AS_ROOT to what must stand before a command that needs root.
set_as_root() {
    AS_ROOT=(env DEBIAN_FRONTEND=noninteractive)
    [ "$(id -u)" != 0 ] || return 0
    have sudo || die 3 "you are not root and there is no sudo; ask an administrator to run: apt-get install $APT"
    if [ -t 0 ]; then AS_ROOT=(sudo "${AS_ROOT[@]}"); else AS_ROOT=(sudo -n "${AS_ROOT[@]}"); fi
}

# Other readers are tested where the system has them; the tests say what they skip.
drop_unknown_readers() {
    local package kept=''
    for package in $APT; do
        if ! apt-cache show "$package" >/dev/null 2>&1 && is_reader "$package"; then
            warn "this system has no package $package; the test that needs it will be skipped"
        else
            kept+=" $package"
        fi
    done
    trim "$kept"
    APT=$REPLY
}

is_reader() {
    case " $(GROUPS_WANTED=readers && look_around yes && say "$APT") " in
        *" $1 "*) return 0 ;;
    esac
    return 1
}

# Do the package lists of this machine know every missing package?
apt_knows_all() {
    local package
    for package in $APT; do
        apt-cache show "$package" >/dev/null 2>&1 || return 1
    done
}

apt_install() {
    # shellcheck disable=SC2086 # the packages are words
    "${AS_ROOT[@]}" apt-get install -y -qq -o DPkg::Lock::Timeout=300 --no-install-recommends $APT
}

# Package lists may be absent (containers) or old: fetch them in both cases. A
# failure to fetch one of several is no reason to give up.
install_with_apt() {
    local fresh=no
    set_as_root
    say "Installing with apt-get: $APT"
    if ! apt_knows_all; then
        "${AS_ROOT[@]}" apt-get update -qq || warn "apt-get update had problems; trying to install nevertheless"
        fresh=yes
    fi
    drop_unknown_readers
    [ -n "$APT" ] || return 0
    if apt_install; then return; fi
    if [ $fresh = no ]; then
        "${AS_ROOT[@]}" apt-get update -qq || true
        if apt_install; then return; fi
    fi
    die 3 "apt-get could not install everything, see above (on Ubuntu 'add-apt-repository universe' may be needed)"
}

print_lists() {
    cat <<TEXT
There is no apt-get here. Install what is missing, then start again:
  Fedora, RHEL (with EPEL)   dnf install $DNF
                             then: module load mpi/openmpi-x86_64
  Homebrew                   brew install $BREW
  Spack                      spack env activate . && spack install
                             (the project's spack.yaml: $SPACK)
  a cluster's modules        module load gcc cmake ninja openmpi hdf5-parallel gsl gnuplot
                             (the names differ; 'module avail hdf5' lists them)
TEXT
}

list_for() {
    look_around yes
    case $1 in
        apt) say "$APT" ;;
        dnf) say "$DNF" ;;
        brew) say "$BREW" ;;
        spack) say "$SPACK" ;;
        *) die 2 "--list takes apt, dnf, brew or spack, not '$1'" ;;
    esac
}

main() {
    local mode=install system=''
    GROUPS_WANTED=base
    while [ $# -gt 0 ]; do
        case $1 in
            --test | --lint | --slurm | --readers | --s3) GROUPS_WANTED+=" ${1#--}" ;;
            --check) mode=check ;;
            --list) mode=list system=${2:-} && shift ;;
            --help | -h) print_header "${BASH_SOURCE[0]}" && return ;;
            *) die 2 "unknown option '$1'; --help lists them" ;;
        esac
        shift || die 2 "--list needs apt, dnf, brew or spack"
    done
    if [ $mode = list ]; then
        list_for "$system"
        return
    fi
    look_around no
    [ -n "$MISSING" ] || return 0
    printf 'Missing on this machine:\n%s' "$MISSING"
    [ $mode = install ] || exit 3
    if ! have apt-get; then
        print_lists
        exit 3
    fi
    install_with_apt
    GROUPS_WANTED=${GROUPS_WANTED/ readers/}
    look_around no
    [ -z "$MISSING" ] || die 3 "still missing after the installation: ${MISSING//$'\n'/,}"
}

main "$@"
