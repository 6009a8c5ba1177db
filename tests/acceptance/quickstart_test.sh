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

# ---- The quick start ----

# quickstart STATUS ARGUMENT...: in a folder of its own; 'out' and 'err' hold what it says.
quickstart() {
    local wanted=$1 status=0
    shift
    CHECKS_DONE=$((CHECKS_DONE + 1))
    "$COLONNADE_SOURCE/jobs/quickstart.sh" "$@" >out 2>err </dev/null || status=$?
    [ "$status" = "$wanted" ] || fail "quickstart $*: status $status, not $wanted: $(tail -n 20 out) $(cat err)"
    ! grep -qE 'mpirun|MPI_ABORT|non-zero status' err || fail "quickstart $*: Open MPI speaks for itself: $(cat err)"
}

mkdir sampled && cd sampled
quickstart 0 --rows 2000
for answer in 1 2 3 4; do says out "$answer. SAMPLE DATA – NOT REAL: "; done
says out 'The report: sample/report/index.html'
[ "$(grep -c ' published ' out)" = 2 ] || fail "not both samples were stored: $(cat out)"
find sample/store -name '*.h5' -exec cksum {} + >stored
quickstart 0 --rows 2000
[ "$(grep -c ' unchanged ' out)" = 2 ] || fail "the second run stored something again: $(cat out)"
[ "$(grep -c 'is there already' out)" = 2 ] || fail "the second run made a sample again: $(cat out)"
find sample/store -name '*.h5' -exec cksum {} + | cmp - stored || fail "the second run changed the store"
quickstart 0 --rows 1000
says out '  1000 '
[ "$(ls)" = "$(printf '%s\n' err out sample stored)" ] || fail "it leaves more than ./sample: $(ls)"
cd ..

# Files of the user's: two of calls, then one that is no file of calls.
mkdir named && cd named
for rows in 300 400; do "$COLONNADE" generate service_requests_311 --rows $rows --seed $rows -o "calls $rows.csv" --quiet; done
"$COLONNADE" generate traffic_accidents --rows 500 -o accidents.csv --quiet
quickstart 0 --calls 'calls 300.csv' 'calls 400.csv' --accidents accidents.csv
says out 'The report: report/index.html'
says out 'The store ./store holds sample data'
says out '4. SAMPLE DATA'
cd ..
mkdir half && cd half
quickstart 0 --accidents ../named/accidents.csv
says out '3. not answered'
says out '1. SAMPLE DATA'
printf '"a,b\n1' >broken.csv
quickstart 1 --calls broken.csv
[ ! -e store/service_requests_311 ] || fail "a refused file left folders: $(find store/service_requests_311)"
cd ..

# A rank that is killed is told, although mpirun is quiet.
bash -c '. "$COLONNADE_SOURCE/jobs/common.sh" && tell_of_end 137 && tell_of_end 3 && tell_of_end 0' 2>killed || fail "tell_of_end: $?"
says killed 'ended by signal 9'
[ "$(wc -l <killed)" = 1 ] || fail "the program's own statuses are explained: $(cat killed)"

# Wrong command lines build and write nothing.
mkdir wrong && cd wrong
wrong() {
    local status=$1 text=$2
    shift 2
    quickstart "$status" "$@"
    says err "$text"
    ! grep -q '== Building' out || fail "quickstart $*: it built first"
}
wrong 2 "unknown option '--nonsense'" --nonsense
wrong 2 '--rows needs a number' --rows none
wrong 2 '--rows needs a number' --rows
wrong 2 "takes years, not 'new'" --download new
wrong 2 'exclude each other' --download --calls "$COLONNADE_SOURCE/README.md"
wrong 2 'name the files behind' --accidents
wrong 2 'stands behind no option' accidents.csv
wrong 3 'missing.csv is not a file' --accidents missing.csv
wrong 3 'is a folder' --calls "$PWD"
mkfifo pipe
wrong 3 'pipe is not a file' --calls pipe
quickstart 0 --help
says out 'jobs/quickstart.sh --download [YEAR...]'
cd ..

# ---- Downloads, from a server of the test's own ----

if ! command -v python3 >/dev/null; then
    echo 'skipped: no python3 to serve the files to download'
    finish
fi
mkdir served downloaded
cp named/accidents.csv served/ && cp 'named/calls 300.csv' served/calls_2023.csv
cat >server.py <<'PYTHON'
import functools
import http.server
import os

handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory="served")
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
with open("port.tmp", "w") as file:
    file.write(str(server.server_port))
os.rename("port.tmp", "port")
server.serve_forever()
PYTHON
python3 server.py 2>/dev/null &
server=$!
trap 'kill $server 2>/dev/null || true' EXIT
for ((i = 0; i < 600; i++)); do [ -e port ] || sleep 0.05; done
[ -e port ] || fail 'the server did not start'
export no_proxy=127.0.0.1
python3 - "http://127.0.0.1:$(cat port)" "$COLONNADE_SOURCE/config.json" >downloaded/config.json <<'PYTHON'
import json
import sys

base, path = sys.argv[1:]
with open(path) as file:
    config = json.load(file)
config["datasets"]["traffic_accidents"]["sources"] = [{"name": "accidents", "url": base + "/accidents.csv"}]
config["datasets"]["service_requests_311"]["sources"] = [
    {"name": "calls_{year}", "url": base + "/calls_{year}.csv", "first_year": 2023, "last_year": 2024}
]
json.dump(config, sys.stdout)
PYTHON
cd downloaded
quickstart 0 --download 2023
[ "$(grep -c ' published ' out)" = 2 ] || fail "not both downloads were stored: $(cat out)"
says out '4. SAMPLE DATA'
quickstart 0 --download 2023
[ "$(grep -cE '^(accidents|calls_2023) +unchanged ' out)" = 2 ] || fail "a second download was stored again: $(cat out)"
rm -rf store staging report
# One of the two is gone: the other is answered, and the status tells.
sed -i 's/accidents.csv/gone.csv/' config.json
quickstart 3 --download 2023
says err 'not everything was done'
says out 'No file of traffic_accidents came'
says out '3. SAMPLE DATA – NOT REAL: '
grep -q 'not answered' out || fail "accidents were answered without a file: $(cat out)"
cd ..
finish
