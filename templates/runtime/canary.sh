# shellcheck shell=sh
# The canary: before the switch, a share of the new connections goes to the new instance for a while, and is taken back
# where that does it no good.

# canary OLD NEW: takes the steps that NEW was built with; prints why it was given up, and fails.
canary() {
    steps=$(setting "$2" CANARY)
    [ -n "$steps" ] || return 0
    restarts=$(restarts_of "$2")
    for step in $steps; do
        if ! share "$1" "$2" "${step%:*}"; then
            warn canary "this host forbids steering: no share can be set, the switch comes at once" >&2
            return 0
        fi
        say canary "${step%:*} % of new connections go to $(unit "$2") for $((${step#*:} / 1000)) s" >&2
        watch_canary "$1" "$2" $(($(now_ms) + ${step#*:})) || return 1
    done
}

# watch_canary OLD NEW UNTIL_MS
watch_canary() {
    while :; do
        if [ "$(systemctl show --property=ActiveState --value "$(unit "$2")")" != active ] ||
            [ "$(restarts_of "$2")" != "$restarts" ]; then
            echo "it died while it was the canary"
            return 1
        fi
        if ! said=$(run_canary_check "$1" "$2" 2>&1); then
            echo "its canary check failed: $(echo "$said" | tail -n 1)"
            return 1
        fi
        [ "$(now_ms)" -lt "$3" ] || return 0
        sleep 0.5
    done
}

# end_canary OLD NEW: new connections go to OLD alone again; what NEW has it may finish, up to the drain limit.
end_canary() {
    gate "$1" "$2"
    runs "$2" || return 0
    drain "$2" "$1" >/dev/null || true
    lower "$2"
}

restarts_of() { systemctl show --property=NRestarts --value "$(unit "$1")"; }

# run_canary_check OLD NEW: the app's own command, as the app's user, in the new release; 10 s at most.
run_canary_check() {
    (
        # shellcheck source=/dev/null
        . "$releases/$2/.mkdeb/settings"
        cd "$releases/$2"
        export OLD_RELEASE="$1" NEW_RELEASE="$2"
        # A Node that the release brings.
        export PATH="$releases/$2/.mkdeb/bin:$PATH"
        canary_check timeout 10 setpriv --reuid="$RUN_AS" --regid="$RUN_AS" --init-groups
    )
}
