#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Checks that includes point down only: a layer's headers and sources include
# their own layer and lower ones, never a sibling or a higher one, and that
# MPI, HDF5, libcurl and others are included only where they belong.
#
#   tests/layers.sh [FOLDER]     default: the project that this script is in

set -euo pipefail
root=${1:-$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)}

# Layer: what it may include besides itself. The same order as in
# CMakeLists.txt, where each layer links to these.
below() {
    local column="base par config column"
    local parts="csv net store query output generate"
    case $1 in
        base) ;;
        par | config) echo "base" ;;
        column) echo "base par config" ;;
        csv | net | store | query | output | generate) echo "$column" ;;
        ingest | report) echo "$column $parts" ;;
        cli) echo "$column $parts ingest report" ;;
        *) return 1 ;;
    esac
}

# External header, and the layers that may include it (cli: to print versions).
externals="mpi.h:par column csv store generate ingest report cli|hdf5.h:store cli|curl/:net cli|libxml/:net cli|openssl/:net cli|gsl/:report cli|zlib.h:base cli|zstd:base cli"

problems=0
complain() {
    printf '%s\n' "$*" >&2
    problems=$((problems + 1))
}

contains() { case " $1 " in *" $2 "*) return 0 ;; *) return 1 ;; esac; }

check_external() {
    local where=$1 layer=$2 header=$3 rule
    local -a rules
    IFS='|' read -r -a rules <<<"$externals"
    for rule in "${rules[@]}"; do
        case $header in
            "${rule%%:*}"*) contains "${rule#*:}" "$layer" || complain "$where: layer $layer must not include $header" ;;
        esac
    done
}

check_include() {
    local where=$1 layer=$2 header=$3 other
    case $header in
        colonnade/*/*)
            other=${header#colonnade/}
            other=${other%%/*}
            contains "$layer $(below "$layer")" "$other" ||
                complain "$where: layer $layer must not include layer $other ($header)"
            ;;
        ../*) complain "$where: $header reaches into another folder" ;;
        *) check_external "$where" "$layer" "$header" ;;
    esac
}

check_folder() {
    local layer=$1 folder=$2 file line header
    [ -d "$folder" ] || return 0
    if ! below "$layer" >/dev/null; then
        complain "$folder: '$layer' is not a layer"
        return
    fi
    while IFS=: read -r file line header; do
        check_include "${file#"$root"/}:$line" "$layer" "$header"
    done < <(grep -rnoE --include='*.[ch]' '^[[:space:]]*#[[:space:]]*include[[:space:]]*["<][^">]+' "$folder" |
        sed -E 's/(:[0-9]+:).*["<]/\1/')
}

for folder in "$root"/src/*/ "$root"/include/colonnade/*/; do
    folder=${folder%/}
    check_folder "${folder##*/}" "$folder"
done
if [ $problems -gt 0 ]; then
    echo "layers: $problems problems" >&2
    exit 1
fi
echo "layers: includes point down only"
