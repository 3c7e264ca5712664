# shellcheck shell=sh
# The handoff `reuseport`: both instances hold sockets of one SO_REUSEPORT group, and a BPF program in the kernel
# decides which of them takes a new connection. Where that is forbidden (some containers), the kernel spreads new
# connections over both, and net.ipv4.tcp_migrate_req saves what a closing listener has in its queue.

steered=yes

# try_steer ARGUMENTS: steers; where the host forbids it, says so once and goes on without.
try_steer() {
    [ "$steered" = yes ] || return 0
    forbidden=$("$here/steer" "$@" 2>&1) && return 0
    steered=no
    warn gate "this host forbids steering (${forbidden:-unknown reason}): the new instance takes connections as soon as it listens, before it is checked; the old one's queue is saved by tcp_migrate_req alone"
}

# Where it cannot be steered, the queue of the old one is all that there is to save.
examine_host() {
    examine_steering warn
    if ! is_root || { perl "$here/try-steering" borrow && perl "$here/try-steering" attach; } 2>/dev/null; then
        examine_migration warn
    else
        examine_migration "$1"
    fi
}

gate() {
    migrate_on "$1"
    # shellcheck disable=SC2046
    try_steer --clients "$(unit "$1")" $(ports_of "$1")
    [ "$steered" = no ] || say gate "clients stay with $(unit "$1")"
}

# Where steering is forbidden the kernel spreads the checks too: then nobody is kept anywhere.
check() {
    if [ -n "${2:-}" ] && [ "$steered" = yes ]; then run_check "$1" "$(unit "$2")"; else run_check "$1" ''; fi
}

# The steering knows this address as a probe's (steering.pl).
reach_new() { [ "$steered" = no ] || echo "--interface 127.0.0.77"; }

share() {
    # shellcheck disable=SC2046
    try_steer --clients "$(unit "$1")" --share "$3" "$(unit "$2")" $(ports_of "$1") $(ports_of "$2")
    [ "$steered" = yes ]
}

switch() {
    takes_connections "$2" || return 1
    # shellcheck disable=SC2046
    try_steer --clients "$(unit "$2")" $(ports_of "$2") $(ports_of "$1")
}

# It has to listen, not just to run.
takes_connections() {
    # shellcheck disable=SC2046
    systemctl --quiet is-active "$(unit "$1")" && "$here/listens" "$(unit "$1")" $(ports_of "$1")
}

back_out() {
    # shellcheck disable=SC2046
    [ "$steered" = no ] || "$here/steer" --off "$(unit "$1")" $(ports_of "$1") || true
    migrate_off "$1"
}

# Where the host forbids steering, the old one gets new connections until it closes its socket: it is told at once.
drain() {
    # shellcheck disable=SC2046
    if "$here/steer" --clients "$(unit "$2")" $(ports_of "$2") $(ports_of "$1") 2>/dev/null; then
        "$here/drain" "$(unit "$1")" "$(setting "$1" DRAIN_LIMIT_MS)" "$(setting "$1" DRAIN_IDLE_MS)" $(ports_of "$1")
    fi
}

lower() {
    # shellcheck disable=SC2046
    "$here/drain" --queue "$(unit "$1")" $(ports_of "$1") || true
    systemctl stop "$(unit "$1")" || true
}

let_go() { migrate_off "$1"; }

# No program is left in the kernel where one instance runs.
settle() {
    steer_to=$(serving)
    [ -n "$steer_to" ] || return 0
    if [ "$(running_ids)" = "$steer_to" ]; then
        # shellcheck disable=SC2046
        "$here/steer" --off "$(unit "$steer_to")" $(ports_of "$steer_to") 2>/dev/null || true
    else
        # shellcheck disable=SC2046
        "$here/steer" --clients "$(unit "$steer_to")" $(ports_of "$steer_to") 2>/dev/null || true
    fi
}

# tcp_migrate_req is one setting for the whole host: it is on while any handoff of any package holds it, and then what
# it was before.
migrate_sysctl=/proc/sys/net/ipv4/tcp_migrate_req
migrate_state=/run/mkdeb-tcp-migrate-req

migrate_on() {
    [ -w "$migrate_sysctl" ] || return 0
    (
        flock --timeout 5 8 || exit 0
        mkdir -p "$migrate_state"
        if [ ! -e "$migrate_state/before" ]; then
            cat "$migrate_sysctl" >"$migrate_state/.before"
            mv "$migrate_state/.before" "$migrate_state/before"
        fi
        : >"$migrate_state/held-by-$name@$1"
        echo 1 >"$migrate_sysctl"
    ) 8>"/run/lock/mkdeb-tcp-migrate-req" || true
}

migrate_off() {
    [ -e "$migrate_state/before" ] || return 0
    (
        flock --timeout 5 8 || exit 0
        rm -f "$migrate_state/held-by-$name@$1"
        for holder in "$migrate_state"/held-by-*; do
            if [ -e "$holder" ]; then exit 0; fi
        done
        cat "$migrate_state/before" >"$migrate_sysctl"
        rm -rf "$migrate_state"
    ) 8>"/run/lock/mkdeb-tcp-migrate-req" || true
}
