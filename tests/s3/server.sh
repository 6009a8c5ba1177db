# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Object storage on this machine that really checks signatures: OpenStack Swift
# with its S3 interface, in one folder, on free ports of the loopback. Sourced
# by tests:
#
#   s3_missing          prints what is not installed, if anything
#   s3_start FOLDER     starts it; sets S3_ENDPOINT, and for all programs that
#                       speak to AWS the key, the secret and the endpoint
#   s3_stop FOLDER      stops it; safe to call at any time
#   fail MESSAGE...     ends the test
#   s3_begin_test       skips where something is missing, else starts it in a
#                       folder that goes when the test ends
#
# S3_ID and S3_SECRET are of the user who may do everything.

export S3_ID=test:tester S3_SECRET=testing-Secret/1+2

PATH=$PATH:/usr/sbin:/sbin

fail() {
    printf 'FAILED: %s\n' "$*" >&2
    exit 1
}

s3_missing() {
    local program
    for program in swift-proxy-server swift-account-server swift-container-server swift-object-server \
        swift-ring-builder memcached /usr/bin/aws; do
        command -v $program >/dev/null || printf '%s ' $program
    done
}

# The independent client, which is Debian's, whatever stands before it on the path.
s3_aws() {
    PATH=/usr/bin:/bin AWS_CONFIG_FILE=/dev/null AWS_PAGER='' AWS_EC2_METADATA_DISABLED=true \
        AWS_REQUEST_CHECKSUM_CALCULATION=when_required AWS_RESPONSE_CHECKSUM_VALIDATION=when_required \
        /usr/bin/aws --endpoint-url "$S3_ENDPOINT" "$@"
}

# COUNT different ports on which nobody listens.
s3_free_ports() {
    python3 -c '
import socket, sys
held = [socket.socket() for _ in range(int(sys.argv[1]))]
for one in held:
    one.bind(("127.0.0.1", 0))
print(*[one.getsockname()[1] for one in held])' "$1"
}

# server_conf TYPE PORT: what every server's file begins with
s3_server_conf() {
    cat <<CONF
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = $2
workers = 0
user = $(id -un)
swift_dir = $S3_FOLDER
devices = $S3_FOLDER/devices
mount_check = false
log_udp_host =
log_level = WARNING
CONF
}

s3_write_storage_conf() {
    {
        s3_server_conf "$1" "$2"
        printf '[pipeline:main]\npipeline = %s-server\n[app:%s-server]\nuse = egg:swift#%s\n' "$1" "$1" "$1"
        [ "$1" != object ] || printf 'fsync_ranges = false\n'
    } >"$S3_FOLDER/$1.conf"
}

s3_write_proxy_conf() {
    local filter
    {
        s3_server_conf proxy "$1"
        cat <<CONF
[pipeline:main]
pipeline = catch_errors cache listing_formats bulk s3api tempauth copy slo dlo versioned_writes symlink proxy-logging proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
node_timeout = 60
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:$2
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
max_bucket_listing = 100
[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = $S3_SECRET .admin
[filter:proxy-logging]
use = egg:swift#proxy_logging
access_log_udp_host =
access_log_name = proxy
access_log_level = INFO
CONF
        for filter in catch_errors listing_formats bulk copy slo dlo versioned_writes symlink; do
            printf '[filter:%s]\nuse = egg:swift#%s\n' $filter $filter
        done
    } >"$S3_FOLDER/proxy.conf"
}

s3_make_rings() {
    local type port
    printf '[swift-hash]\nswift_hash_path_suffix = colonnade\nswift_hash_path_prefix = tests\n' >"$S3_FOLDER/swift.conf"
    for type in account container object; do
        read -r port
        s3_write_storage_conf $type "$port"
        (cd "$S3_FOLDER" && swift-ring-builder $type.builder create 4 1 0 &&
            swift-ring-builder $type.builder add "r1z1-127.0.0.1:$port/d1" 1 &&
            swift-ring-builder $type.builder rebalance) >"$S3_FOLDER/rings.log" 2>&1 || return 1
    done
}

s3_launch() {
    local name=$1
    shift
    "$@" >"$S3_FOLDER/$name.log" 2>&1 &
    echo $! >"$S3_FOLDER/$name.pid"
}

# Whether the servers answer: a request without a signature is refused, and one with it is not.
s3_is_up() { s3_aws s3api list-buckets >/dev/null 2>"$S3_FOLDER/up.log"; }

s3_start() {
    s3_try_start "$1" && return
    tail -n 20 "$1"/*.log >&2
    return 1
}

s3_try_start() {
    local -a ports
    local type waited=0
    S3_FOLDER=$1
    mkdir -p "$S3_FOLDER/devices/d1" "$S3_FOLDER/home"
    read -r -a ports < <(s3_free_ports 5)
    S3_ENDPOINT=http://127.0.0.1:${ports[3]}
    export S3_ENDPOINT AWS_ACCESS_KEY_ID=$S3_ID AWS_SECRET_ACCESS_KEY=$S3_SECRET AWS_DEFAULT_REGION=us-east-1
    export AWS_ENDPOINT_URL=$S3_ENDPOINT AWS_EC2_METADATA_DISABLED=true no_proxy=127.0.0.1
    export AWS_SHARED_CREDENTIALS_FILE=$S3_FOLDER/home/credentials AWS_CONFIG_FILE=$S3_FOLDER/home/config
    s3_make_rings < <(printf '%s\n' "${ports[@]:0:3}") || return 1
    s3_write_proxy_conf "${ports[3]}" "${ports[4]}"
    s3_launch memcached memcached -l 127.0.0.1 -p "${ports[4]}" -U 0 -u "$(id -un)" -m 64 || return 1
    for type in account container object proxy; do
        s3_launch $type "swift-$type-server" "$S3_FOLDER/$type.conf" --verbose
    done
    until s3_is_up; do
        waited=$((waited + 1))
        [ $waited -le 60 ] || return 1
        sleep .5
    done
}

s3_pids() {
    local file
    for file in "$1"/*.pid; do
        if [ -s "$file" ]; then cat "$file"; fi
    done
}

s3_stop() {
    local -a pids
    read -r -d '' -a pids < <(s3_pids "$1") || true
    [ ${#pids[@]} -gt 0 ] || return 0
    kill "${pids[@]}" 2>/dev/null || true
    for _ in $(seq 50); do
        kill -0 "${pids[@]}" 2>/dev/null || return 0
        sleep .1
    done
    kill -9 "${pids[@]}" 2>/dev/null || true
}

s3_begin_test() {
    local missing folder
    missing=$(s3_missing)
    if [ -n "$missing" ]; then
        echo "skipped: no object storage here (missing: $missing); tests/run.sh --s3 installs it"
        exit 77
    fi
    folder=$PWD/swift
    # shellcheck disable=SC2064 # the folder of now
    trap "s3_stop '$folder'" EXIT
    trap 'exit 130' INT TERM
    s3_start "$folder"
}
