# shellcheck shell=sh
# The handoff `vip`, for programs that know nothing of it: each instance has a network of its own (own-network.sh), and
# an nftables map says whose address new connections go to (rules.sh). Running ones stay where they are by conntrack.

# shellcheck source-path=SCRIPTDIR source=own-network.sh
. "$here/own-network.sh"
# shellcheck source-path=SCRIPTDIR source=forwarding.sh
. "$here/forwarding.sh"
# shellcheck source-path=SCRIPTDIR source=rules.sh
. "$here/rules.sh"

examine_host() {
    examine_own_networks "$1"
    [ -z "$examined" ] || [ "$(setting "$examined" ISOLATE)" = namespace ] || return 0
    for firewall in $(forwarding_firewalls); do
        finding warn firewall "$(firewall_drops "$firewall")" "$(firewall_mend)"
    done
}

start_alone() {
    give_network "$1"
    aim "$1"
    guard_on "$1"
    warn_of_firewall "$1"
    systemctl start "$(unit "$1")"
}

# wind_down ID: somebody stops it while it serves. A program that knows nothing drops what it has on SIGTERM: new
# connections go elsewhere or are refused, and the others waited for, for as long as an app has from SIGTERM to SIGKILL.
wind_down() {
    one_network_at_a_time step_down "$1" || return 0
    # shellcheck disable=SC2046
    $(way_into "$1") "$here/drain" "$(unit "$1")" "$(($(setting "$1" STOP_MS) * 9 / 10))" "$(setting "$1" DRAIN_IDLE_MS)" $(ports_of "$1") || true
}

close_down() {
    guard_off
    drop_rules
    for network in $(network_ids); do take_network "$network"; done
    # One that was cut off before it had anything.
    rm -rf "$networks/$name@"*
}

# Nobody knows of the new one's address yet.
gate() {
    aim "$1"
    guard_on "$1"
}

raise() {
    give_network "$2" || return 1
    warn_of_firewall "$2"
    systemctl start "$(unit "$2")"
}

# Asked from within its network, at addresses that clients can be sent to.
check() {
    within=$(way_into "$1") run_check "$1" '' "one of:$(reachable_addresses "$1")"
}

reach_new() { echo "--connect-to ::$(own4 "$(slot_of "$1")"):"; }

share() { aim "$1" "$2" "$3"; }

# As long as the old one is there, it takes what the new one refuses: so nobody is refused when that dies.
switch() { takes_connections "$2" && aim "$1" "$2" 100; }

# It has to listen, not just to run.
takes_connections() {
    # shellcheck disable=SC2046
    systemctl --quiet is-active "$(unit "$1")" && $(way_into "$1") "$here/listens" "$(unit "$1")" $(ports_of "$1")
}

back_out() { take_network "$2"; }

drain() {
    # shellcheck disable=SC2046
    $(way_into "$1") "$here/drain" "$(unit "$1")" "$(setting "$1" DRAIN_LIMIT_MS)" "$(setting "$1" DRAIN_IDLE_MS)" $(ports_of "$1")
}

# Where the new one dies meanwhile, connections wait for it: the old one takes none any more, and drops on SIGTERM what
# it has.
lower() {
    successor=$(linked current)
    aim nobody "$successor" 100
    if [ -n "${2:-}" ]; then
        # shellcheck disable=SC2046
        $(way_into "$1") "$here/drain" --queue "$(unit "$1")" $(ports_of "$1") || true
    else
        # shellcheck disable=SC2046
        $(way_into "$1") "$here/drain" "$(unit "$1")" "$(setting "$1" STOP_MS)" "$(setting "$1" DRAIN_IDLE_MS)" $(ports_of "$1") >/dev/null || true
    fi
    systemctl stop "$(unit "$1")" || true
    await_successor || true
    aim "$successor"
}

# stands_by ID: whether the one before it takes what it refuses.
stands_by() {
    read -r stood_by stands_for percent <"$tables/target"
    [ "$stands_for ${percent:-}" = "$1 100" ] && [ "$stood_by" != nobody ] && runs "$stood_by"
}

let_go() { runs "$1" || take_network "$1"; }

settle() {
    aim_at=$(serving)
    if [ -n "$aim_at" ] && has_network "$aim_at"; then
        stands_by "$aim_at" || aim "$aim_at"
        guard_on "$aim_at"
    fi
    for network in $(network_ids); do
        if [ "$network" != "$(linked current)" ] && ! runs "$network"; then take_network "$network"; fi
    done
}
