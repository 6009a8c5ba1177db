#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Keys come from the environment, the files of AWS, a container's service and
# the metadata service of EC2, and no message ever has a secret in it.

set -euo pipefail
# shellcheck source=server.sh
. "$COLONNADE_SOURCE/tests/s3/server.sh"

s3_begin_test
python3 "$COLONNADE_SOURCE/tests/s3/keys.py" "$S3_ID" "$S3_SECRET" asked.log >port &
keys=$!
# shellcheck disable=SC2064
trap "kill $keys 2>/dev/null || true; s3_stop '$PWD/swift'" EXIT
until [ -s port ]; do sleep .1; done
SERVICE=http://127.0.0.1:$(cat port)

s3_aws s3 mb s3://colonnade-keys >/dev/null
printf 'a,b\n1,2\n' >file.csv
s3_aws s3 cp file.csv s3://colonnade-keys/file.csv >/dev/null
unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
export AWS_EC2_METADATA_DISABLED=true

# reads [VARIABLE=VALUE...]: reads the object with these variables
reads() { env "$@" "$COLONNADE" records s3://colonnade-keys/file.csv >out 2>>err; }
: >err

# ---- Nowhere: it says where to put them ----

if reads A=b; then fail "it read without keys"; fi
grep -q 'set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY' err || fail "no advice: $(cat err)"

# ---- The environment, a profile ----

reads AWS_ACCESS_KEY_ID="$S3_ID" AWS_SECRET_ACCESS_KEY="$S3_SECRET" || fail "the environment: $(cat err)"
reads AWS_ACCESS_KEY_ID="$S3_ID" AWS_SECRET_ACCESS_KEY="$S3_SECRET" AWS_SESSION_TOKEN=session-Token/2 ||
    fail "a session token: $(cat err)"
cat >"$AWS_SHARED_CREDENTIALS_FILE" <<INI
[default]
aws_access_key_id = nobody
aws_secret_access_key = wrong-Secret
[work]
aws_access_key_id = $S3_ID
aws_secret_access_key = $S3_SECRET
INI
cat >"$AWS_CONFIG_FILE" <<INI
[profile work]
region = us-east-1
endpoint_url = $S3_ENDPOINT
INI
if reads A=b; then fail "the keys of nobody worked"; fi
reads AWS_PROFILE=work || fail "a profile: $(cat err)"
(
    unset AWS_ENDPOINT_URL AWS_DEFAULT_REGION
    reads AWS_PROFILE=work
) || fail "endpoint and region of a profile: $(cat err)"
rm "$AWS_SHARED_CREDENTIALS_FILE" "$AWS_CONFIG_FILE"

# ---- The metadata service of an instance, version 2 ----

: >asked.log
reads AWS_EC2_METADATA_DISABLED=false AWS_EC2_METADATA_SERVICE_ENDPOINT="$SERVICE" || fail "an instance: $(cat err)"
grep -q '^PUT /latest/api/token' asked.log || fail "it asked without a token: $(cat asked.log)"
[ "$(grep -c 'GET .*/the-role' asked.log)" = 1 ] || fail "keys for an hour were asked for again: $(cat asked.log)"
: >asked.log
reads AWS_EC2_METADATA_DISABLED=false AWS_EC2_METADATA_SERVICE_ENDPOINT="$SERVICE/soon" || fail "an instance: $(cat err)"
[ "$(grep -c 'GET .*/the-role' asked.log)" -ge 2 ] || fail "keys that expire were not renewed: $(cat asked.log)"
if reads AWS_EC2_METADATA_DISABLED=false AWS_EC2_METADATA_SERVICE_ENDPOINT=http://127.0.0.1:1; then
    fail "a service that is not there had keys"
fi

# ---- A container's service ----

reads AWS_CONTAINER_CREDENTIALS_FULL_URI="$SERVICE/container" AWS_CONTAINER_AUTHORIZATION_TOKEN=container-Token ||
    fail "a container: $(cat err)"
echo container-Token >token
reads AWS_CONTAINER_CREDENTIALS_FULL_URI="$SERVICE/container" AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE="$PWD/token" ||
    fail "a container's token in a file: $(cat err)"
if reads AWS_CONTAINER_CREDENTIALS_FULL_URI="$SERVICE/container" AWS_CONTAINER_AUTHORIZATION_TOKEN=other-Token; then
    fail "a wrong token worked"
fi

# ---- A clock that is wrong is told as such ----

cat >skewed.py <<'PYTHON'
from http.server import BaseHTTPRequestHandler, HTTPServer
class Handler(BaseHTTPRequestHandler):
    def log_message(self, *arguments): pass
    def do_GET(self):
        body = b"<?xml version='1.0'?><Error><Code>RequestTimeTooSkewed</Code><ServerTime>2001-02-03T04:05:06Z</ServerTime></Error>"
        self.send_response(403); self.send_header("Content-Length", str(len(body))); self.end_headers(); self.wfile.write(body)
    def do_HEAD(self):
        self.send_response(200); self.send_header("Content-Length", "8"); self.send_header("ETag", '"a"'); self.end_headers()
server = HTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
PYTHON
python3 skewed.py >port2 &
skewed=$!
# shellcheck disable=SC2064
trap "kill $keys $skewed 2>/dev/null || true; s3_stop '$PWD/swift'" EXIT
until [ -s port2 ]; do sleep .1; done
if reads AWS_ENDPOINT_URL="http://127.0.0.1:$(cat port2)" AWS_ACCESS_KEY_ID="$S3_ID" AWS_SECRET_ACCESS_KEY="$S3_SECRET"; then
    fail "a skewed clock was no error"
fi
grep -q 'clock differs.*2001-02-03T04:05:06Z there' err || fail "a skewed clock: $(cat err)"

# ---- No secret was told, in nine failures and successes ----

for secret in "$S3_SECRET" wrong-Secret session-Token metadata-Token container-Token other-Token; do
    if grep -qF "$secret" err out; then fail "a secret was told: $secret"; fi
done
