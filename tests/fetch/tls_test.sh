#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# fetch from nginx: certificates, redirections between http and https, proxies
# of the environment, servers that are busy and say for how long.

set -euo pipefail
# shellcheck source=servers.sh
. "$COLONNADE_SOURCE/tests/fetch/servers.sh"
unset CURL_CA_BUNDLE SSL_CERT_FILE SSL_CERT_DIR
command -v openssl >/dev/null || skip 'no openssl to make certificates'

# An authority of the test's own, and a server's certificate by it.
mkdir ca
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj '/CN=authority of a test' -keyout ca/ca.key -out ca/ca.pem 2>/dev/null
openssl req -newkey rsa:2048 -nodes -subj /CN=localhost -keyout ca/server.key -out ca/server.csr 2>/dev/null
printf 'subjectAltName = DNS:localhost, IP:127.0.0.1\n' >ca/names
openssl x509 -req -days 2 -in ca/server.csr -CA ca/ca.pem -CAkey ca/ca.key -CAcreateserial -extfile ca/names \
    -out ca/server.pem 2>/dev/null
here=$PWD

# shellcheck disable=SC2317 # start_nginx calls it
web() {
    free_port
    plain=$PORT
    free_port
    secure=$PORT
    cat <<CONFIGURATION
ssl_certificate $here/ca/server.pem;
ssl_certificate_key $here/ca/server.key;
server {
    listen 127.0.0.1:$plain;
    root $1/published;
    location /upwards { return 302 https://localhost:$secure/a.csv; }
    location /busy { add_header Retry-After 1 always; return 503; }
    location /closed { return 444; }
    location /bounce { return 302 https://localhost:$secure/downwards; }
}
server {
    listen 127.0.0.1:$secure ssl;
    listen 127.0.0.2:$secure ssl;
    root $1/published;
    location /downwards { return 302 http://localhost:$plain/a.csv; }
}
CONFIGURATION
}
start_nginx web web
numbers 300000 1 >web/published/a.csv
touch -d '2026-01-01' web/published/a.csv

configure '"retries": 1' "secure=https://localhost:$secure/a.csv"
fetch 3 "cannot trust https://localhost:$secure/a.csv"
says err 'SSL_CERT_FILE'
[ ! -s web/requests ] || fail 'something was sent to a server that is not trusted'
export no_proxy=127.0.0.1,127.0.0.2,localhost SSL_CERT_FILE=$here/ca/ca.pem
fetch 0 ''
arrived secure web/published/a.csv
fetch 0 ''
says out "calls,secure,unchanged,300000,0,"

# curl's own variable goes before, and the certificate must be for the name.
CURL_CA_BUNDLE=$here/ca/server.key fetch 3 "localhost:$secure"
configure '"retries": 1' "named=https://127.0.0.2:$secure/a.csv"
fetch 3 "cannot trust https://127.0.0.2:$secure/a.csv"

# Redirections: upwards, never downwards, not even behind one upwards.
configure '"part_size": 65536' "upwards=http://127.0.0.1:$plain/upwards"
fetch 0 ''
arrived upwards web/published/a.csv
says staging/calls/$DAY/upwards.csv.meta.json "\"final_url\":	\"https://localhost:$secure/a.csv\""
for way in "https://localhost:$secure/downwards" "http://localhost:$plain/bounce"; do
    configure '' "down=$way"
    fetch 3 'https is not left for http'
    [ ! -e staging/calls/$DAY/down.csv ] || fail 'a redirection to http was followed'
done

# A server that is busy is asked as often as configured; one that closes, too.
for what in busy closed; do
    : >web/requests
    configure '"retries": 1, "retry_after_limit": 1' "$what=http://127.0.0.1:$plain/$what"
    fetch 3 '(after 2 tries)'
    for ((i = 0; i < 100; i++)); do [ "$(wc -l <web/requests)" -lt 2 ] || break; sleep 0.05; done
    [ "$(wc -l <web/requests)" = 2 ] || fail "$what: not tried twice: $(cat web/requests)"
done

# Connections that are cut within TLS, its handshake included.
start_python cuts cut_proxy.py "$secure" 20260103 40000
configure '"part_size": 16384, "retries": 8' "cut=https://localhost:$PORT/a.csv"
fetch 0 ''
arrived cut web/published/a.csv
[ "$(wc -l <cuts/cuts)" -gt 3 ] || fail 'hardly a cut'

# A proxy of the environment, for all but what no_proxy names.
configure '"retries": 0' "proxied=http://data.example.invalid/a.csv"
http_proxy=http://127.0.0.1:$plain no_proxy='' fetch 0 ''
arrived proxied web/published/a.csv
http_proxy=http://127.0.0.1:$plain no_proxy=example.invalid fetch 3 'data.example.invalid'
no_partials
finish
