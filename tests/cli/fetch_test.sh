#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# fetch from a server of the test's own: order of addresses, years, dead
# sources, pages instead of files, redirections, and a process that is killed
# in the middle of a download.

set -euo pipefail

fail() {
    printf 'FAILED: %s\n' "$*" >&2
    exit 1
}

if ! command -v python3 >/dev/null; then
    echo 'skipped: no python3 to serve the files'
    exit 77
fi

cat >server.py <<'PYTHON'
import http.server

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        name = self.path.lstrip('/')
        if name.startswith('loop'):
            return self.answer(302, b'', {'Location': '/loop%d' % (int(name[4:] or 0) + 1)})
        if name == 'moved':
            return self.answer(302, b'', {'Location': '/calls_2024.csv'})
        if name == 'tofile':
            return self.answer(302, b'', {'Location': 'file:///etc/hostname'})
        if name == 'page':
            return self.answer(200, b'<!DOCTYPE html><html>not found</html>', {'Content-Type': 'text/html'})
        if name == 'short':
            self.send_response(200)
            self.send_header('Content-Length', '100')
            self.end_headers()
            return self.wfile.write(b'a,b\n')
        if name == 'slow':
            self.send_response(200)
            self.send_header('Content-Length', '100')
            self.end_headers()
            self.wfile.write(b'a,b\n')
            self.wfile.flush()
            return self.rfile.read()
        try:
            with open('published/' + name, 'rb') as file:
                self.answer(200, file.read(), {'ETag': '"e1"', 'Last-Modified': 'Fri, 02 Jan 2026 00:00:00 GMT'})
        except OSError:
            self.answer(404, b'no such file', {})

    def answer(self, status, body, headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass

server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
server.daemon_threads = True
with open('port.tmp', 'w') as file:
    file.write(str(server.server_port))
import os
os.rename('port.tmp', 'port')
server.serve_forever()
PYTHON
mkdir published
printf 'a,b\n1,2\n' >published/calls_2024.csv
printf 'a,b\n3,4\n' >published/calls_2025.csv
python3 server.py &
server=$!
trap 'kill $server 2>/dev/null || true' EXIT
for ((i = 0; i < 200; i++)); do [ -e port ] || sleep 0.05; done
[ -e port ] || fail 'the server did not start'
base=http://127.0.0.1:$(cat port)
export no_proxy=127.0.0.1

# configure SOURCES...: a configuration with one dataset, "calls".
configure() {
    local IFS=,
    printf '{"fetch": {"backoff": 0.01}, "datasets": {"calls": {"columns": [{"name": "a", "type": "integer"}], "sources": [%s]}}}\n' "$*" >config.json
}

# run STATUS COMMAND...: out and err hold what it prints.
run() {
    local wanted=$1 status=0
    shift
    "$@" >out 2>err || status=$?
    [ $status = "$wanted" ] || fail "'$*' ended with status $status, not $wanted: $(cat out err)"
}

says() {
    grep -q -F -e "$2" "$1" || fail "'$2' does not stand in $1: $(cat "$1")"
}

day=staging/calls/2026-01-02
fetch=("$COLONNADE" fetch calls --staging staging --date 2026-01-02 --format csv)

# Years: the third is not published, which is told and no failure.
configure '{"name": "calls_{year}", "first_year": 2024, "last_year": 2026, "urls": ["'"$base"'/calls_{year}.csv"]}'
run 0 "${fetch[@]}"
says out 'calls,calls_2024,new,8,8,staging/calls/2026-01-02/calls_2024.csv'
says out 'calls,calls_2026,not published,,0,'
says err 'HTTP 404'
cmp published/calls_2025.csv $day/calls_2025.csv || fail 'other bytes arrived'
says $day/calls_2024.csv.meta.json '"Fri, 02 Jan 2026 00:00:00 GMT"'
says $day/calls_2024.csv.meta.json "$(sha256sum <published/calls_2024.csv | cut -d ' ' -f 1)"
run 0 "${fetch[@]}" --year 2024
says out 'calls,calls_2024,unchanged,8,'
printf '5,6\n' >>published/calls_2024.csv
run 0 "${fetch[@]}" --year 2024
says out 'calls,calls_2024,changed,12,12,staging/calls/2026-01-02/calls_2024.2.csv'
run 3 "${fetch[@]}" --year 2026
says err 'colonnade ingest calls staging/calls/2026-01-02/calls_2026.csv'
run 2 "${fetch[@]}" --year 2031
run 2 "${fetch[@]}" --year soon
run 2 "${fetch[@]}" --date yesterday

# Several ranks fetch once.
read -ra mpirun <<<"$COLONNADE_MPIRUN"
run 0 "${mpirun[@]}" -n 2 "${fetch[@]}" --year 2025
[ "$(grep -c unchanged out)" = 1 ] || fail 'two ranks speak'

# The second address serves; redirections are followed.
configure '{"name": "s", "urls": ["'"$base"'/none.csv", "'"$base"'/moved"]}'
run 0 "${fetch[@]}"
cmp published/calls_2024.csv $day/s.csv || fail 'other bytes arrived'
says $day/s.csv.meta.json "$base/calls_2024.csv"

# The boundaries, by the argument and by the option; GeoJSON is no message.
printf '{"type": "FeatureCollection", "features": []}\n' >published/areas.geojson
for way in boundaries '--boundaries --year 2024'; do
    printf '{"fetch": {"backoff": 0.01}, "boundaries": {"name": "areas", "url": "%s/areas.geojson"}, "datasets": {"calls": {"columns": [{"name": "a"}], "sources": [{"name": "2024", "url": "%s/calls_2024.csv"}]}}}' \
        "$base" "$base" >config.json
    # shellcheck disable=SC2086 # words
    run 0 "$COLONNADE" fetch $way --staging areas --date 2026-01-02 --format csv
    says out 'boundaries,areas,'
    cmp published/areas.geojson areas/boundaries/2026-01-02/areas.geojson || fail 'other boundaries arrived'
done
says out 'calls,2024,new,12,'
run 2 "$COLONNADE" fetch boundary --staging areas
says err "did you mean 'boundaries'?"

# What is no file is refused, and the next source still comes.
for bad in page short loop tofile; do
    configure '{"name": "bad", "urls": ["'"$base/$bad"'"]}' '{"name": "good_'$bad'", "urls": ["'"$base"'/calls_2025.csv"]}'
    run 3 "${fetch[@]}"
    says out 'calls,bad,failed,,'
    says out "calls,good_$bad,new,8,"
    says err "$base/$bad"
    [ ! -e $day/bad.csv ] || fail "$bad was stored"
done

# Killed in the middle, it leaves its partial file, for the next fetch or for clean to take.
configure '{"name": "slow", "urls": ["'"$base"'/slow"]}'
"${fetch[@]}" >out 2>err &
fetching=$!
partial=staging/calls/.slow.csv.1.part
for ((i = 0; i < 400; i++)); do [ -s $partial ] || sleep 0.05; done
[ -s $partial ] || fail 'the download did not begin'
run 3 "${fetch[@]}"
says err 'another process'
run 0 "$COLONNADE" clean --staging staging --store store
[ -e $partial ] || fail 'clean took what a process works on'
kill -TERM $fetching
status=0
wait $fetching || status=$?
[ $status = 143 ] || fail "SIGTERM gives status $status"
left=$(find staging -name '.*' | LC_ALL=C sort | tr '\n' ' ')
[ "$left" = "$partial $partial.state " ] || fail "left behind: $left"
run 2 "$COLONNADE" clean other --staging staging --store no-store
says err "no dataset 'other'"
# By its name, too, though nothing of it was ever ingested.
run 0 "$COLONNADE" clean calls --staging staging --store no-store --format csv
says out 'staging/calls,2,'
left=$(find staging -name '.*')
[ -z "$left" ] || fail "clean leaves: $left"

# A server that is gone.
kill $server
wait $server 2>/dev/null || true
run 3 "${fetch[@]}"
says err 'by hand'
