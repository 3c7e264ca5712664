# shellcheck shell=sh
# The state that the handoff is in: what is half done, what has failed, what goes on, how the last one went.

examine_condition() {
    examine_dpkg_state
    if booted; then
        examine_service
        examine_failures
        examine_drain
    fi
    examine_links
    if booted; then examine_last; fi
}

# releases_are_whole: whether there is anything to look at; says so if not.
releases_are_whole() {
    if [ ! -r "$releases" ] || [ ! -x "$releases" ]; then
        finding warn handoff "$releases can't be read" "$ask_again"
        return 1
    fi
    for link in current next previous; do
        id=$(linked "$link")
        if [ -n "$id" ] && [ ! -r "$releases/$id/.mkdeb/settings" ]; then
            finding fail handoff "release $id, which '$link' names, is not whole any more: nothing can be handed over" \
                "install the package again (apt install --reinstall), and find out who has changed $releases"
            return 1
        fi
    done
}

# examine_dpkg_state: dpkg's own word.
examine_dpkg_state() {
    mend="dpkg --configure -a"
    case $(dpkg-query --show --showformat='${db:Status-Want} ${db:Status-Eflag} ${db:Status-Status}' "$name" 2>/dev/null || true) in
        'hold ok installed') finding warn package "installed, and on hold: apt does not upgrade it" "apt-mark unhold $name" ;;
        *' ok installed') finding ok package "installed and configured" ;;
        *' half-configured' | *' unpacked' | *' triggers-'*)
            finding fail package "an upgrade stopped halfway: dpkg has unpacked it and not configured it" "$mend"
            ;;
        *' half-installed' | *reinstreq*)
            finding fail package "dpkg was cut off while it unpacked it" "install the file again with dpkg --install"
            ;;
        *) finding ok package "not installed" ;;
    esac
}

# examine_service: what keeps an upgrade from starting the new version.
examine_service() {
    face=$name.service
    serves=$(serving)
    if [ "$(systemctl show --property=LoadState --value "$face")" = masked ]; then
        finding warn service "$face is masked: an upgrade starts nothing" "systemctl unmask $name"
    elif ! policy_allows; then
        finding warn service "policy-rc.d forbids its restart: an upgrade starts nothing" "see /usr/sbin/policy-rc.d"
    elif [ -n "$(shadow)" ]; then
        shadowed
    elif [ -z "$serves" ] && [ "$(systemctl show --property=ActiveState --value "$face")" = inactive ]; then
        finding warn service "$name is stopped: an upgrade starts nothing" "systemctl start $name"
    elif [ -z "$serves" ]; then
        finding fail service "nothing serves" "journalctl --unit '$name*'; systemctl restart $name"
    elif [ "$serves" != "$(linked current)" ]; then
        finding warn service "release $serves serves, and $(linked current) is what boots: its start was forbidden" \
            "systemctl reload $name"
    else
        finding ok service "$(called "$serves") serves"
    fi
}

# shadow: a unit that the admin has made under the face's name, which systemd takes instead of the package's.
shadow() { find /etc/systemd/system /run/systemd/system -maxdepth 1 -name "$name.service" -type f -size +0 2>/dev/null; }

shadowed() {
    finding fail service "$(shadow) is taken instead of the package's $name.service: systemctl starts that one, and no release" \
        "stop it, take the file away (settings of your own go into $name.service.d/), systemctl daemon-reload"
}

# examine_failures: of the units of this package, whatever their state is for.
examine_failures() {
    failed=$(systemctl list-units --plain --no-legend --full --state=failed "$name.service" "$name.socket" \
        "$name@*.service" "$name-*.service" | cut -d ' ' -f 1 | tr '\n' ' ')
    failed=${failed% }
    [ -n "$failed" ] || return 0
    finding warn units "failed: $failed" "journalctl --unit ${failed%% *}; when that is mended, systemctl reset-failed $failed"
}

examine_drain() {
    for id in $(running_ids); do
        if [ "$id" != "$serves" ] && retires "$id"; then
            finding warn drain "$(called "$id") still finishes what it has: another upgrade would run beside both" \
                "wait for it, $(($(setting "$id" DRAIN_LIMIT_MS) / 1000)) s at most ($name-handoff status)"
        fi
    done
}

# examine_links: the handoff's own state (release.sh), unless somebody is at it.
examine_links() {
    if [ -e "/run/lock/$name-handoff" ] && ! flock --nonblock "/run/lock/$name-handoff" true; then
        finding warn handoff "one goes on: $(whose_turn)" "wait for it ($name-handoff status)"
    elif [ -z "$(linked current)" ]; then
        finding fail handoff "no release is committed: nothing starts at the next boot" "dpkg --configure -a"
    elif [ -e "$replacing" ]; then
        finding fail handoff "a restart into another release was cut off" "dpkg --configure -a, or $name-handoff restart"
    elif [ -n "$(linked next)" ]; then
        finding warn handoff "the one to release $(linked next) was cut off; $(linked current) is what boots" \
            "dpkg --configure -a; the next handoff clears up what is left"
    else
        finding ok handoff "none is half done; $(linked current) is what boots"
    fi
}

# examine_last: how the last handoff ended, as the journal has it. Its lines of the priority 4 tell what went wrong.
examine_last() {
    last_time=
    last_said=
    last_priority=6
    while IFS='=' read -r key value; do
        case $key in
            __REALTIME_TIMESTAMP) last_time=${value%??????} ;;
            MESSAGE) last_said=$value ;;
            PRIORITY) last_priority=$value ;;
        esac
    done <<JOURNAL
$(journalctl --quiet --no-pager --lines=1 --output=export "SYSLOG_IDENTIFIER=$name-handoff" \
        HANDOFF_STEP=switch HANDOFF_STEP=commit HANDOFF_STEP=back HANDOFF_STEP=prepare HANDOFF_STEP=ready \
        HANDOFF_STEP=probation HANDOFF_STEP=failed 2>/dev/null)
JOURNAL
    if [ -z "$last_time" ] && ! is_root; then
        finding warn last "the journal can't be read: $(linked current) was committed on $(committed_on)" "$ask_again"
        return
    elif [ -z "$last_time" ]; then
        finding ok last "the journal does not reach back to the last handoff; $(linked current) was committed on $(committed_on)"
        return
    fi
    last_said="$(date -d "@$last_time" '+%F %T'): $last_said"
    if [ "$last_priority" -le 4 ]; then
        finding warn last "$last_said" "journalctl --unit '$name*' has the whole story"
    else
        finding ok last "$last_said"
    fi
}

# committed_on: when the link current was made.
committed_on() { date -d "@$(stat -c %Y "$releases/current")" '+%F %T'; }
