# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Servers of the tests of fetch. Sourced, never run; what was started ends with
# the test. Each server has a folder of its own, FOLDER/published holds what it
# serves.

# shellcheck source=../acceptance/checks.sh
. "$COLONNADE_SOURCE/tests/acceptance/checks.sh"
PATH=$PATH:/usr/sbin:/sbin
SERVERS_FETCH=$COLONNADE_SOURCE/tests/fetch
SERVERS=()
export no_proxy=127.0.0.1,localhost
unset http_proxy https_proxy all_proxy HTTPS_PROXY ALL_PROXY

stop_servers() {
    [ ${#SERVERS[@]} = 0 ] || kill "${SERVERS[@]}" 2>/dev/null || true
    wait 2>/dev/null || true
}
trap stop_servers EXIT

# wait_for FILE: until it is there.
wait_for() {
    local i
    for ((i = 0; i < 1200; i++)); do
        [ ! -e "$1" ] || return 0
        sleep 0.05
    done
    printf 'FAILED: %s did not come\n' "$1"
    exit 1
}

# start_python FOLDER SCRIPT ARGUMENT...: sets PORT to that of the server.
start_python() {
    local folder=$1 script=$2
    shift 2
    command -v python3 >/dev/null || skip 'no python3 to serve files'
    mkdir -p "$folder/published"
    rm -f "$folder/port"
    python3 "$SERVERS_FETCH/$script" "$folder" "$@" &
    SERVERS+=($!)
    wait_for "$folder/port"
    PORT=$(cat "$folder/port")
}

# free_port: sets PORT to one that nobody listens on.
free_port() {
    # shellcheck disable=SC2034 # for the caller
    PORT=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
}

# start_nginx FOLDER CONFIGURATION: with "listen" lines for ports of
# `free_port`; the configuration is what stands within http { }. Somebody else
# may take a port in between, then it does not start, and it is tried again
# with the ports that the function CONFIGURATION takes anew.
start_nginx() {
    local folder=$1 configure=$2 attempt i server
    command -v nginx >/dev/null || skip 'no nginx to serve files; install nginx-light'
    mkdir -p "$folder/published"
    folder=$(cd "$folder" && pwd)
    for ((attempt = 0; attempt < 5; attempt++)); do
        {
            printf 'daemon off; worker_processes 1; pid %s/pid; error_log %s/error.log;\n' "$folder" "$folder"
            [ "$(id -u)" != 0 ] || echo 'user root;'
            printf 'events { worker_connections 256; }\nhttp {\n'
            printf '%s_temp_path %s/temp;\n' client_body "$folder" proxy "$folder" fastcgi "$folder" uwsgi "$folder" scgi "$folder"
            printf "log_format test '\$request_uri \$http_range \$status \$body_bytes_sent';\n"
            printf 'access_log %s/requests test;\n' "$folder"
            $configure "$folder"
            echo '}'
        } >"$folder/nginx.conf"
        rm -f "$folder/pid"
        nginx -e "$folder/error.log" -p "$folder" -c "$folder/nginx.conf" 2>>"$folder/start.log" &
        server=$!
        for ((i = 0; i < 1200; i++)); do
            if [ -s "$folder/pid" ]; then
                SERVERS+=("$server")
                return
            fi
            kill -0 "$server" 2>/dev/null || break
            sleep 0.05
        done
        wait "$server" 2>/dev/null || true
    done
    printf 'FAILED: nginx does not start: %s\n' "$(cat "$folder/error.log")"
    exit 1
}

# configure FETCH SOURCE...: config.json with one dataset "calls"; FETCH is what
# stands in "fetch", a SOURCE is NAME=ADDRESS[,ADDRESS...].
configure() {
    local fetch=$1 source sources='' urls
    shift
    for source in "$@"; do
        urls=${source#*=}
        sources+="${sources:+, }{\"name\": \"${source%%=*}\", \"urls\": [\"${urls//,/\", \"}\"]}"
    done
    printf '{"fetch": {"backoff": 0.01%s}, "datasets": {"calls": {"columns": [{"name": "a"}], "sources": [%s]}}}\n' \
        "${fetch:+, $fetch}" "$sources" >config.json
}

# fetch STATUS TEXT ARGUMENT...: of the dataset "calls" to ./staging.
DAY=2026-01-02
fetch() {
    local status=$1 text=$2
    shift 2
    expect "$status" 1 "$text" fetch calls --staging staging --date "$DAY" --format csv "$@"
}

# arrived NAME FILE: the staged file has the bytes of that file.
arrived() {
    same "$2" "staging/calls/$DAY/$1.csv" "$1"
}

# no_partials: nothing of a transfer is left.
no_partials() {
    local left
    left=$(find staging -name '.*')
    [ -z "$left" ] || fail "left behind: $left"
}

# numbers COUNT SEED: that many bytes of a CSV file, as good as random.
numbers() {
    python3 -c 'import random, sys
dice = random.Random(int(sys.argv[2]))
size = int(sys.argv[1])
text = "a,b\n" + "".join("%d,%d\n" % (dice.getrandbits(60), dice.getrandbits(60)) for _ in range(size // 30 + 1))
sys.stdout.write(text[:size - 1] + "\n")' "$1" "$2"
}

# s3_environment: keys for s3_server.py, and nothing else of AWS in the environment.
s3_environment() {
    local name
    for name in $(compgen -e AWS_); do unset "$name"; done
    export AWS_ACCESS_KEY_ID=test:tester AWS_SECRET_ACCESS_KEY=testing-Secret/1+2 AWS_EC2_METADATA_DISABLED=true
    export AWS_SHARED_CREDENTIALS_FILE=/dev/null AWS_CONFIG_FILE=/dev/null
}

# s3_state uploads|objects: what the s3_server.py at AWS_ENDPOINT_URL has.
s3_state() {
    python3 -c 'import sys, urllib.request
sys.stdout.write(urllib.request.urlopen(sys.argv[1]).read().decode())' "$AWS_ENDPOINT_URL/-/$1"
}
