#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Checks that spack.yaml and docs/install.md name the packages that
# jobs/install.sh lists.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
problems=0

expected=$(jobs/install.sh --list spack --test | tr ' ' '\n' | LC_ALL=C sort)
stated=$(sed -n 's/^  - //p' spack.yaml | LC_ALL=C sort)
if [ "$expected" != "$stated" ]; then
    printf 'spack.yaml and jobs/install.sh --list spack --test differ:\n' >&2
    diff <(printf '%s\n' "$stated") <(printf '%s\n' "$expected") >&2 || true
    problems=1
fi
for system in apt dnf brew; do
    if ! grep -qF -- "$(jobs/install.sh --list $system)" docs/install.md; then
        printf 'docs/install.md lacks: %s\n' "$(jobs/install.sh --list $system)" >&2
        problems=1
    fi
done
[ $problems = 0 ] && echo "lists: the packages' names agree"
