# shellcheck shell=sh
# Where all releases run in one unit, NAME@live.service, one generation of the app after the other (the handoff
# `reload`): what runs is then asked of the unit's processes.

# shares_unit ID: whether its release runs there; only such a one has that file.
shares_unit() { [ -e "$releases/$1/.mkdeb/become" ]; }

# generation_runs ID: whether the unit has processes of it, or soon has.
generation_runs() {
    if [ -n "$(generation_processes "$1")" ]; then return 0; fi
    # It starts, or systemd starts it again.
    [ "$(linked live)" = "$1" ] &&
        [ "$(systemctl show --property=ActiveState --value "$name@live.service")" = activating ]
}

generation_processes() { perl "$here/generations" "$name@live.service" "$releases" --of "$1"; }

running_generations() { perl "$here/generations" "$name@live.service" "$releases"; }

# serving_generation: the one that clients reach.
serving_generation() {
    served_ports=
    for served in "$(linked current)" "$(linked next)" "$(linked previous)"; do
        if [ -n "$served" ] && shares_unit "$served"; then served_ports="$served_ports $(setting "$served" PORTS)"; fi
    done
    # shellcheck disable=SC2086
    perl "$here/generations" "$name@live.service" "$releases" --serving $served_ports
}
