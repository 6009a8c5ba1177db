# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Runs that are watched, and end before they are done: what the tests that kill
# share. Sourced behind ../acceptance/checks.sh, never run.

# shellcheck disable=SC2317,SC2034 # functions that wait_until calls; what the test looks at
for file in /proc/self/io "/proc/$$/task/$$/children"; do
    [ -r "$file" ] || skip "no $file to see how far a process is"
done

# gone PID: it has ended, or only its parent has to notice.
gone() {
    local state
    state=$(sed -e 's/^.*) //' -e 's/ .*//' "/proc/$1/stat" 2>/dev/null) || return 0
    [ "$state" = Z ]
}

# wait_until WHAT COMMAND...: for four minutes at most, on however busy a machine.
wait_until() {
    local what=$1 end=$((SECONDS + 240))
    shift
    until "$@"; do
        if [ $SECONDS -ge $end ]; then
            fail "waited in vain: $what"
            return 1
        fi
        sleep 0.005
    done
}

# start RANKS ARGUMENT...: in the background; 'launched' is what was started,
# 'pids' are the ranks.
start() {
    local ranks=$1
    shift
    if [ "$ranks" = 1 ]; then
        "$COLONNADE" "$@" >out 2>err </dev/null &
        launched=$!
        pids=("$launched")
    else
        "${CHECKS_MPIRUN[@]}" -n "$ranks" "$COLONNADE" "$@" >out 2>err </dev/null &
        launched=$!
        wait_until "$ranks ranks" has_ranks "$ranks"
    fi
}

# The children of the launcher that run the program, in the order of ranks.
has_ranks() {
    local pid
    pids=()
    while read -r pid; do
        if [ "$(readlink "/proc/$pid/exe")" = "$(readlink -f "$COLONNADE")" ]; then pids+=("$pid"); fi
    done < <(cat "/proc/$launched/task/"*/children 2>/dev/null | tr -s ' ' '\n')
    [ ${#pids[@]} = "$1" ] || gone "$launched"
}

# ended WHAT: everybody has, and the launcher says so. 'ended_status' is how.
ended() {
    local pid
    CHECKS_DONE=$((CHECKS_DONE + 1))
    for pid in "$launched" "${pids[@]}"; do
        wait_until "$1: the end of process $pid" gone "$pid" || kill -KILL "$pid" "$launched" 2>/dev/null || true
    done
    ended_status=0
    wait "$launched" 2>/dev/null || ended_status=$?
    if grep -q -E 'HDF5-DIAG|Segmentation|Assertion|runtime error' err; then fail "$1: $(cat err)"; fi
}
