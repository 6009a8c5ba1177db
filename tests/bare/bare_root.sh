#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Both commands of the README in a fresh clone on a bare Debian.
#
#   sudo tests/bare/bare_root.sh SUITE [FOLDER]
#
#   SUITE   bookworm or trixie
#   FOLDER  where to make the root (default: a new one in /var/tmp, removed at
#           the end); an existing root in it is used again
#
# Needs root, debootstrap and a network. Makes a minimal root, clones the last
# commit into it, and runs jobs/quickstart.sh twice and tests/run.sh there, in
# an environment without variables and in namespaces of its own, so that
# nothing stays mounted or running. MIRROR names the Debian mirror (default:
# the one of this machine's apt, else deb.debian.org).

set -euo pipefail
project=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
suite=${1:?give bookworm or trixie}
folder=${2:-}

fail() {
    printf 'bare_root.sh: %s\n' "$*" >&2
    exit 1
}

[ "$(id -u)" = 0 ] || fail "debootstrap and chroot need root"
command -v debootstrap >/dev/null || fail "debootstrap is not installed: apt-get install debootstrap"

mirror() {
    if [ -n "${MIRROR:-}" ]; then
        echo "$MIRROR"
    else
        # shellcheck disable=SC2016 # apt's own variable
        apt-get indextargets --format '$(SITE)' 2>/dev/null | grep -m1 '/debian/*$' || echo http://deb.debian.org/debian
    fi
}

# The machine's way to the network: its name servers and its apt proxy.
copy_network() {
    cp /etc/resolv.conf "$folder/etc/resolv.conf"
    local file
    for file in /etc/apt/apt.conf /etc/apt/apt.conf.d/*; do
        if [ -f "$file" ] && grep -qE 'Proxy|Check-Valid-Until' "$file"; then
            cp "$file" "$folder/etc/apt/apt.conf.d/"
        fi
    done
}

make_root() {
    if [ -z "$folder" ]; then
        folder=$(mktemp -d "/var/tmp/colonnade-$suite.XXXXXX")
        trap 'rm -rf --one-file-system "$folder"' EXIT
    fi
    [ -x "$folder/bin/bash" ] || debootstrap --variant=minbase "$suite" "$folder" "$(mirror)" >"$folder.log" 2>&1 ||
        fail "debootstrap failed, see $folder.log"
    copy_network
}

clone() {
    rm -rf "$folder/root/colonnade"
    git clone --quiet --no-hardlinks "$project" "$folder/root/colonnade"
}

# Runs a command in the clone. No variable of this machine goes in.
in_root() {
    # shellcheck disable=SC2016 # variables of the inner shell
    unshare --mount --pid --fork --kill-child bash -c '
        set -e
        root=$1
        shift
        mount -t proc proc "$root/proc"
        mount -t sysfs sysfs "$root/sys"
        mkdir -p "$root/dev/shm"
        mount -t tmpfs shm "$root/dev/shm"
        exec env -i HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
            chroot "$root" bash -c "cd /root/colonnade && \"\$@\"" bash "$@"' bash "$folder" "$@"
}

expect() {
    local what=$1
    shift
    "$@" || fail "$what"
}

make_root
clone
echo "== $suite: jobs/quickstart.sh"
in_root jobs/quickstart.sh | tee "$folder/root/first.log"
report=$folder/root/colonnade/sample/report
expect "no page" test -s "$report/index.html"
expect "no figure" compgen -G "$report/*.svg" >/dev/null
expect "the page does not say that the data are not real" grep -q 'SAMPLE DATA' "$report/index.html"
expect "the answers do not say that the data are not real" grep -q 'SAMPLE DATA' "$folder/root/first.log"

echo "== $suite: jobs/quickstart.sh again"
begin=$SECONDS
in_root jobs/quickstart.sh >"$folder/root/second.log"
echo "$((SECONDS - begin)) s"
expect "the second run stored something again" grep -q 'unchanged' "$folder/root/second.log"
expect "the second run made the sample again" grep -q 'is there already' "$folder/root/second.log"

echo "== $suite: tests/run.sh"
in_root tests/run.sh "${@:3}" | tee "$folder/root/tests.log"
expect "not all tests passed" grep -qE '^[1-9][0-9]* passed, 0 failed$' "$folder/root/tests.log"
echo "bare $suite: passed"
