#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# timeout: 1800
#
# The README's first command, in a build folder of its own, and the build that
# it makes, installed as docs/install.md and the Dockerfile do.

set -euo pipefail
# shellcheck source=checks.sh
. "$COLONNADE_SOURCE/tests/acceptance/checks.sh"

export COLONNADE_BUILD=$PWD/build COLONNADE_RANKS=2

# What is built is tested elsewhere; here it has to be built soon.
cat >compiler <<END
#!/bin/sh
exec ${CC:-cc} "\$@" -O1 -g0
END
chmod +x compiler
export CC=$PWD/compiler

# ---- Build and install ----

CHECKS_DONE=$((CHECKS_DONE + 1))
bash -c '. "$COLONNADE_SOURCE/jobs/common.sh" && build_release off' >log 2>&1 || fail "the build ended with $?: $(tail -n 20 log)"
cmake --install build --prefix "$PWD/installed" >log 2>&1 || fail "the installation ended with $?: $(cat log)"
for file in bin/colonnade share/man/man1/colonnade.1 share/bash-completion/completions/colonnade share/colonnade/config.json; do
    [ -s installed/$file ] || fail "$file is not installed: $(find installed -type f)"
done
says installed/share/man/man1/colonnade.1 'colonnade'
expect_version=$("$COLONNADE" --version | head -n 1)
[ "$(installed/bin/colonnade --version | head -n 1)" = "$expect_version" ] || fail "another version is installed"
finish
