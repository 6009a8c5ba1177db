#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# push, pull and remove --s3: the store and the report go to their buckets and
# come back bit for bit; nothing is sent twice; what others put there is left.
# timeout: 900

set -euo pipefail
# shellcheck source=server.sh
. "$COLONNADE_SOURCE/tests/s3/server.sh"

s3_begin_test

cat >config.json <<'JSON'
{ "s3": { "part_size": "5M" },
  "buckets": { "staging": "", "processed": "s3://colonnade-store/pre fix/d", "analysed": "s3://colonnade-answers",
               "work": "s3://colonnade-job/work", "logs": "s3://colonnade-job/logs" },
  "report": "report", "datasets": { "calls": { "columns": [{ "name": "a" }] } } }
JSON
sed -i 's,/pre fix/d,/pre/d,' config.json
cln() { "$COLONNADE" "$@"; }
objects() { s3_aws s3api list-objects-v2 --bucket "$1" --query 'Contents[].Key' --output text | tr '\t' '\n'; }

# ---- A store of two datasets, one of them large enough for parts, and a report ----

cln generate service_requests_311 --rows 150000 -q -o big.csv
printf 'a,b\n1,x\n2,y\n' >small.csv
cln ingest big big.csv --schema auto -q >/dev/null
cln ingest small small.csv --schema auto -q >/dev/null
mkdir -p report/figures
echo '<p>page</p>' >report/index.html
echo 'figure' >report/figures/one.svg
echo 'log' >slurm-7.out
echo 'script' >job.sbatch

# ---- Buckets come only when asked for; then everything goes ----

if cln push 2>err; then fail "a missing bucket was no error"; fi
grep -q -- '--create' err || fail "nobody says how to make a bucket: $(cat err)"
cln push --create --log slurm-7.out --script job.sbatch --format csv >out
grep -q ',unchanged,' out && fail "a first push finds something unchanged: $(cat out)"
for key in pre/d/big/master.h5 pre/d/small/master.h5 pre/d/big/history.jsonl; do
    objects colonnade-store | grep -qxF $key || fail "$key is not in the bucket"
done
objects colonnade-answers | grep -qx 'figures/one.svg' || fail "the report is not in its bucket"
day=$(date +%Y-%m-%d)
objects colonnade-job | grep -qx "logs/$day/slurm-7.out" || fail "the log is not in its bucket: $(objects colonnade-job)"
objects colonnade-job | grep -qx "work/$day/job.sbatch" || fail "the script is not in its bucket"
[ "$(grep -n 'big/master.h5' out | cut -d: -f1)" -gt "$(grep -n 'big/partitions/' out | cut -d: -f1)" ] ||
    fail "the master went before its partition: $(cat out)"

# ---- Nothing is sent twice ----

: >swift/proxy.log.mark
before=$(grep -cE ' (PUT|POST) ' swift/proxy.log || true)
cln push --format csv >out
grep -q ',pushed,' out && fail "a second push sent something: $(cat out)"
[ "$(grep -cE ' (PUT|POST) ' swift/proxy.log || true)" = "$before" ] || fail "a second push wrote to the bucket"

# ---- And back, bit for bit, whatever marks of folders others made ----

s3_aws s3api put-object --bucket colonnade-answers --key figures/ >/dev/null
cln pull --store back --format csv >out
mv report report.kept
cln pull --store back --format csv >out
for file in store/*/partitions/*.h5 store/*/master.h5 store/*/history.jsonl; do
    cmp "$file" "back/${file#store/}" || fail "$file came back otherwise"
done
diff -r report report.kept || fail "the report came back otherwise"
s3_aws s3api delete-object --bucket colonnade-answers --key figures/
cln pull --store back --out other/report >/dev/null
diff -r other/report report.kept || fail "the report came back otherwise into a folder of its own"
cln push --out other/report --format csv >out
grep -q ',pushed,' out && fail "the same report from another folder was sent again: $(cat out)"
if cln push --out no/report 2>err; then fail "a report that is not there was no error"; fi
grep -q "'no/report' is not a folder" err || fail "a report that is not there is not told: $(cat err)"
grep -q 'partitions.*,unchanged,' out || fail "a second pull fetched partitions: $(cat out)"
cln verify --store back >/dev/null || fail "what came back does not verify"
cln export big --store store >one
cln export big --store back >two
cmp one two

# An object that was damaged is not taken for the partition.
key=$(objects colonnade-store | grep small/partitions)
s3_aws s3api head-object --bucket colonnade-store --key "$key" >head.json
sha=$(python3 -c 'import json; print(json.load(open("head.json"))["Metadata"]["sha256"])')
echo damaged >damaged
s3_aws s3api put-object --bucket colonnade-store --key "$key" --body damaged \
    --metadata "sha256=$sha,colonnade=0" >/dev/null
if cln pull small --store third 2>err; then fail "a damaged partition was taken"; fi
grep -q 'SHA-256' err || fail "a damaged partition: $(cat err)"
[ ! -e third/small/master.h5 ] || fail "a damaged partition was published"
# Nor is one that is whole, but not the one that the master tells of: a push puts its master last.
s3_aws s3api put-object --bucket colonnade-store --key "$key" --body damaged \
    --metadata "sha256=$(sha256sum <damaged | cut -d ' ' -f 1),colonnade=0" >/dev/null
for folder in third back; do
    if cln pull small --store $folder 2>err; then fail "another partition was taken"; fi
    grep -q 'otherwise than its master tells' err || fail "another partition: $(cat err)"
done
[ -z "$(find third -type f -name '*.h5')" ] || fail "of a mixture something was kept: $(find third)"
cln verify --store back >/dev/null || fail "a partition here was replaced by another"
[ -z "$(find back -name '.tmp-*')" ] || fail "left behind: $(find back)"
s3_aws s3api delete-object --bucket colonnade-store --key "$key"
cln push small --format csv >out
grep -q 'small/partitions.*,pushed,' out || fail "the partition was not mended: $(cat out)"

# ---- What only this store has is not lost ----

printf 'a,b\n3,z\n' >more.csv
cln ingest small more.csv --schema auto -q --store back >/dev/null
if cln pull small --store back 2>err; then fail "a pull dropped a partition"; fi
grep -q 'more' err || fail "a pull drops what it does not name: $(cat err)"
cln pull small --store back --replace >/dev/null
cmp store/small/master.h5 back/small/master.h5

# ---- An independent client reads the same bytes, and reads them into the store ----

s3_aws s3 cp --recursive s3://colonnade-store/pre/d/ theirs/ >/dev/null
for file in store/*/partitions/*.h5 store/*/master.h5; do cmp "$file" "theirs/${file#store/}"; done

# ---- s3 as input: ingest, scan and records read what the file has ----

cln_mpi() { $COLONNADE_MPIRUN -n 2 "$COLONNADE" "$@"; }
s3_aws s3 cp big.csv 's3://colonnade-answers/in put/big+1.csv' >/dev/null
object='s3://colonnade-answers/in put/big+1.csv'
cln_mpi ingest big "$object" --as big --schema auto -q --store other --format csv >from.object
cln_mpi ingest big big.csv --as big --schema auto -q --store same --format csv >from.file
cmp from.object from.file
cln export big --store other | cmp - one
"$COLONNADE" info big --provenance --store other --format json | grep -q '"url":"s3://colonnade-answers/in put/big+1.csv","etag":' ||
    fail "the provenance has no address and ETag"
cln_mpi scan "$object" --format csv | tail -n +2 >from.object
cln_mpi scan big.csv --format csv | tail -n +2 >from.file
diff <(grep -v big from.object) <(grep -v big from.file)
cln_mpi records "$object" --format json | cmp - <(cln records big.csv --format json)
gzip -k big.csv
s3_aws s3 cp big.csv.gz s3://colonnade-answers/in/big.csv.gz >/dev/null
cln records s3://colonnade-answers/in/big.csv.gz --format json | cmp - <(cln records big.csv --format json)
if cln scan s3://colonnade-answers/none.csv 2>err; then fail "a missing object was read"; fi
grep -q 'there is no object' err || fail "a missing object: $(cat err)"

# ---- remove --all --s3 takes exactly what Colonnade made ----

if cln remove --s3 2>err; then fail "--s3 without --all"; fi
if cln remove --all --s3 --yes >out 2>err; then fail "foreign objects were no reason to refuse"; fi
grep -q 'in put/big+1.csv' err || fail "nobody says which object is foreign: $(cat err)"
objects colonnade-store | grep -q master.h5 || fail "it removed although it refused"
if cln remove --all --s3 --leave-foreign 2>err </dev/null; then fail "it removed without asking"; fi
grep -q -- '--yes' err || fail "without a terminal: $(cat err)"
theirs=$(s3_aws s3api create-multipart-upload --bucket colonnade-answers --key in/theirs --query UploadId --output text)
cln remove --all --s3 --leave-foreign --yes --format csv >out 2>err
s3_aws s3api list-multipart-uploads --bucket colonnade-answers --query 'Uploads[].Key' --output text | grep -qx in/theirs ||
    fail "the upload of another program is gone"
s3_aws s3api abort-multipart-upload --bucket colonnade-answers --key in/theirs --upload-id "$theirs"
grep -q '^s3://colonnade-store/pre/d,processed,' out || fail "nothing is listed: $(cat out)"
s3_aws s3 ls >left
grep -q colonnade-store left && fail "the bucket that it made and emptied is still there: $(cat left)"
grep -q colonnade-job left && fail "the bucket of two roles is still there: $(cat left)"
objects colonnade-answers | sort >left
printf '%s\n' .colonnade-ledger.json 'in put/big+1.csv' in/big.csv.gz | LC_ALL=C sort | diff - <(LC_ALL=C sort left) ||
    fail "not exactly the foreign objects are left"
[ -e store/big/master.h5 ] || fail "the store here went too"
cat out err >everything

# Roles that share a bucket, the last of which has nothing in it.
cln push --create --script job.sbatch >/dev/null
cln remove --all --s3 --leave-foreign --yes >out 2>err || fail "a bucket of two roles: $(cat err)"
s3_aws s3 ls >left
grep -q colonnade-job left && fail "the bucket of two roles is still there: $(cat left)"
cat out err >>everything
if grep -qF "$S3_SECRET" everything; then fail "a secret was told"; fi
