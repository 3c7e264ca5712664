# shellcheck shell=sh
# The handoff `socket`: systemd holds the listening sockets (NAME.socket), every instance inherits them and takes from
# the same accept queues, which never close. Nobody is steered: an instance gets connections from the moment it accepts.
# An app that waits for the file $RUNTIME_DIRECTORY/open before it accepts is checked before any client reaches it.

# The units are made when the face starts, from the release that starts: NAME.socket listens; NAME-socket.service is
# active as long as somebody serves, so that systemd leaves the connections to the instances. Never stopped in a handoff.
socket_units=/run/systemd/system

obstacle() {
    if [ "$(setting "$1" HANDOFF)" != "$(setting "$2" HANDOFF)" ]; then
        echo "the handoff changes from $(setting "$1" HANDOFF) to $(setting "$2" HANDOFF)"
    elif [ "$(setting "$1" LISTEN)" != "$(setting "$2" LISTEN)" ]; then
        echo "what systemd listens on for it changes from $(setting "$1" LISTEN) to $(setting "$2" LISTEN)"
    fi
}

start_alone() {
    mkdir -p "$socket_units"
    cp "$releases/$1/.mkdeb/listen.socket" "$socket_units/$name.socket"
    cp "$releases/$1/.mkdeb/listen.service" "$socket_units/$name-socket.service"
    systemctl daemon-reload
    # It refuses to start where its service is active: so it is where an instance has failed for good.
    if ! systemctl --quiet is-active "$name.socket"; then
        systemctl stop "$name-socket.service" 2>/dev/null || true
        systemctl reset-failed "$name.socket" 2>/dev/null || true
        systemctl start "$name.socket"
    fi
    systemctl start "$name-socket.service"
    systemctl start "$(unit "$1")"
    admit "$1"
}

close_down() {
    systemctl stop "$name.socket" "$name-socket.service" 2>/dev/null || true
    rm -f "$socket_units/$name.socket" "$socket_units/$name-socket.service"
    systemctl daemon-reload
}

# admit ID: its app may accept.
admit() { : >"$run_state/$1/open" || true; }

# drop_in ID: its instance is not started again when it dies, until the switch. When one reaches its start limit systemd
# stops the socket that it has inherited, also where another instance serves on it.
drop_in() { echo "$socket_units/$(unit "$1").d"; }

raise() {
    if ! systemctl --quiet is-active "$name.socket"; then
        warn start "$name.socket is not active: systemctl restart $name"
        return 1
    fi
    mkdir -p "$(drop_in "$2")"
    printf '[Service]\nRestart=no\n' >"$(drop_in "$2")/until-the-switch.conf"
    systemctl daemon-reload
    systemctl start "$(unit "$2")"
}

check() {
    check_at=
    [ "$(setting "$1" HEALTH_SOCKET)" = no ] || check_at=unix:$run_state/$1/health
    run_check "$1" '' "$check_at"
}

reach_new() { [ "$(setting "$1" HEALTH_SOCKET)" = no ] || echo "--unix-socket $run_state/$1/health"; }

switch() {
    rm -rf "$(drop_in "$2")"
    systemctl daemon-reload
    takes_connections "$2" && admit "$2"
}

back_out() { let_go "$2"; }

let_go() { rm -rf "$(drop_in "$1")"; }
