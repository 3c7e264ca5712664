# shellcheck shell=sh
# The handoffs differ in how new connections come to one instance and leave the other. reuseport.sh, socket.sh,
# reload.sh and vip.sh say how, by functions of the same names, which any-handoff.sh explains.

# use_handoff ID: from here on the functions are those of the handoff that release ID was built for.
use_handoff() {
    # shellcheck source-path=SCRIPTDIR source=any-handoff.sh
    . "$here/any-handoff.sh"
    # shellcheck disable=SC1090
    . "$here/$(setting "$1" HANDOFF).sh"
}

# run_check NEW CLIENTS_UNIT [AT]: the health check that NEW was built with, at AT (see ready) or on its own sockets;
# where `within` is set, it is the words that lead into the network to check from.
run_check() {
    (
        # shellcheck source=/dev/null
        . "$releases/$1/.mkdeb/settings"
        export HEALTH_PATH HEALTH_STATUS_FROM HEALTH_STATUS_TO HEALTH_BODY HEALTH_WITHIN_MS HEALTH_INTERVAL_MS
        export HEALTH_TIMEOUT_MS HEALTH_NOTIFY
        export HEALTH_GENERATION="${generation:-}" HEALTH_RELEASES="$releases" HEALTH_PROCESS="${successor_process:-}"
        # shellcheck disable=SC2086
        HEALTH_TIMES="${once:-$HEALTH_TIMES}" HEALTH_AT="${3:-}" ${within:-} "$here/ready" "$(unit "$1")" "$2" $PORTS
    )
}

ports_of() { setting "$1" PORTS; }
