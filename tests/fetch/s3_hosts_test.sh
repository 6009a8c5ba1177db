#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Where object storage is: buckets in the path and in the host's name, by TLS
# with an authority of the test's own, and Amazon's hosts, whose part the same
# server plays behind a proxy. The server checks every signature.

set -euo pipefail
# shellcheck source=servers.sh
. "$COLONNADE_SOURCE/tests/fetch/servers.sh"
unset CURL_CA_BUNDLE SSL_CERT_FILE SSL_CERT_DIR
command -v openssl >/dev/null || skip 'no openssl to make certificates'
s3_environment

mkdir ca
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj '/CN=authority of a test' -keyout ca/ca.key -out ca/ca.pem 2>/dev/null
openssl req -newkey rsa:2048 -nodes -subj /CN=s3.localhost -keyout ca/server.key -out ca/server.csr 2>/dev/null
printf 'subjectAltName = DNS:%s, DNS:%s, DNS:%s, DNS:%s\n' s3.localhost '*.s3.localhost' \
    s3.eu-test-1.amazonaws.com '*.s3.eu-test-1.amazonaws.com' >ca/names
openssl x509 -req -days 2 -in ca/server.csr -CA ca/ca.pem -CAkey ca/ca.key -CAcreateserial -extfile ca/names \
    -out ca/server.pem 2>/dev/null
numbers 6000000 1 >big.csv
printf 'a,b\n1,2\n' >small.csv
for file in big small; do "$COLONNADE" records $file.csv >$file.records; done

# settings PATH_STYLE: a configuration with two sources, one of them in two parts.
settings() {
    cat >config.json <<JSON
{ "s3": { "path_style": $1, "part_size": "5M", "retries": 1, "backoff": 0.01 },
  "datasets": { "calls": { "columns": [{ "name": "a" }], "sources": [
    { "name": "big", "url": "file://$PWD/big.csv" }, { "name": "odd name+ü~(')", "url": "file://$PWD/small.csv" }] } } }
JSON
}

# goes_both_ways BUCKET: sources go into a new bucket, and objects come out of it.
goes_both_ways() {
    local to=s3://$1/in/calls/$DAY
    expect 0 1 '' fetch calls --date $DAY --format csv --to "s3://$1/in" --create
    expect 0 1 '' records "$to/odd name+ü~(').csv"
    same small.records out "$to/odd name"
    expect 0 2 '' records "$to/big.csv"
    same big.records out "$to/big.csv"
    expect 0 1 '' fetch calls --date $DAY --format csv --to "s3://$1/in"
    [ "$(grep -c ',unchanged,' out)" = 2 ] || fail "$1: not unchanged: $(cat out)"
}

# asked HOST TARGET: every request since the last time was to that host, and for what begins with that target.
asked() {
    local stray
    CHECKS_DONE=$((CHECKS_DONE + 1))
    [ -s "$requests" ] || fail "nothing was asked of $1"
    stray=$(awk -v host="$1" -v target="$2" '$1 != "CONNECT" && ($2 != host || index($3, target) != 1)' "$requests")
    [ -z "$stray" ] || fail "not to $1, $2: $stray"
    : >"$requests"
}

# ---- Without TLS ----

start_python plain s3_server.py "$AWS_SECRET_ACCESS_KEY"
requests=plain/requests
export AWS_ENDPOINT_URL=http://s3.localhost:$PORT
settings false
goes_both_ways bucket-one
asked "bucket-one.s3.localhost:$PORT" /
settings '"auto"'
goes_both_ways bucket-two
asked "s3.localhost:$PORT" /bucket-two
settings true
expect 0 1 '' records "s3://bucket-one/in/calls/$DAY/big.csv"
asked "s3.localhost:$PORT" "/bucket-one/in/calls/$DAY/big.csv"

# ---- By TLS: only whom the certificates vouch for ----

start_python secure s3_server.py "$AWS_SECRET_ACCESS_KEY" ca/server.pem ca/server.key
requests=secure/requests
export AWS_ENDPOINT_URL=https://s3.localhost:$PORT
settings false
expect 3 1 "cannot trust https://bucket-one.s3.localhost:$PORT/" records s3://bucket-one/a.csv
says err SSL_CERT_FILE
expect 3 1 'cannot trust' fetch calls --date $DAY --to s3://bucket-one/in --create
export SSL_CERT_FILE=$PWD/ca/ca.pem
CURL_CA_BUNDLE=$PWD/ca/server.key expect 3 1 "bucket-one.s3.localhost:$PORT" records s3://bucket-one/a.csv
expect 3 1 'cannot trust https://bucket.three.s3.localhost' records s3://bucket.three/a.csv
settings '"auto"'
AWS_ENDPOINT_URL=https://127.0.0.1:$PORT expect 3 1 'cannot trust' records s3://bucket-one/a.csv
[ ! -s secure/requests ] || fail "something was asked of a server that is not trusted: $(cat secure/requests)"
settings false
goes_both_ways bucket-one
asked "bucket-one.s3.localhost:$PORT" /
settings '"auto"'
goes_both_ways bucket.three
asked "s3.localhost:$PORT" /bucket.three

# ---- Amazon: a region is all that it takes ----

unset AWS_ENDPOINT_URL
export AWS_REGION=eu-test-1 https_proxy=http://127.0.0.1:$PORT
goes_both_ways bucket-four
asked bucket-four.s3.eu-test-1.amazonaws.com /
goes_both_ways bucket.five
asked s3.eu-test-1.amazonaws.com /bucket.five
SSL_CERT_FILE=/dev/null expect 3 1 'bucket-four.s3.eu-test-1.amazonaws.com' records s3://bucket-four/a.csv

# ---- A wrong secret is refused, by whatever way ----

AWS_SECRET_ACCESS_KEY=wrong-Secret expect 3 1 'HTTP 403' records s3://bucket-four/a.csv
if grep -qF -e wrong-Secret err; then fail 'a secret was told'; fi
finish
