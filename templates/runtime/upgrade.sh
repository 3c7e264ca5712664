# shellcheck shell=sh
# The upgrade, step by step. Before the switch every failure goes back to the old instance, which has never stopped
# serving; after the commit every failure goes forward.

lock_wait=600

# configure OLD_VERSION: postinst's call, once the new files are in dist.
# shellcheck source=/dev/null
configure() {
    if booted; then one_at_a_time $lock_wait "the upgrade to $(. "$root/dist/.mkdeb/settings" && echo "$VERSION")"; fi
    clear_up
    old=
    ! booted || old=$(serving)
    new=$(free_id "$(. "$root/dist/.mkdeb/settings" && echo "$ID")")
    story_from=$old
    story_to=$new

    # Named before there is anything of it: then it is found, should this be cut off.
    point next "$new"
    if ! prepare "$root/dist" "$new"; then
        not_prepared "$old" "$new"
        return 1
    fi
    if ! booted; then
        commit "$new"
        prune
        say prepare "release $new is committed; it starts at the first boot"
        return 0
    fi
    systemctl daemon-reload

    face=$name.service
    state=$(systemctl show --property=ActiveState --value "$face")
    if [ "$(systemctl show --property=LoadState --value "$face")" = masked ]; then
        commit_only "$new" "$face is masked"
    elif ! policy_allows; then
        commit_only "$new" "policy-rc.d forbids it"
    elif [ -n "$old" ]; then
        hand_over "$old" "$new"
    elif [ -n "${1:-}" ] && [ "$state" = inactive ] && [ -n "$(linked current)" ]; then
        commit_only "$new" "$name was stopped"
    else
        commit "$new"
        prune
        next_please
        first_start "$new"
    fi
}

# not_prepared OLD NEW: mostly the disk is full; whoever serves goes on.
not_prepared() {
    discard "$2"
    unpoint next
    warn prepare "release $2 could not be prepared (see above)"
    cat >&2 <<TEXT
$name: the upgrade failed: its release could not be made in $releases: is the disk full?
$name: still serving: $(if [ -n "$1" ]; then echo "$(called "$1"), version $(setting "$1" VERSION)"; else echo nothing; fi)
$name: what to do: make room, then run 'dpkg --configure -a'.
TEXT
}

commit_only() {
    commit "$1"
    prune
    say commit "release $1 is committed and not started: $2"
    restart_with_release
}

# policy_allows: whether the admin's policy-rc.d (if any) lets this package's service be restarted.
policy_allows() {
    [ -x /usr/sbin/policy-rc.d ] || return 0
    answer=0
    /usr/sbin/policy-rc.d "$name.service" restart >/dev/null 2>&1 || answer=$?
    [ "$answer" = 0 ] || [ "$answer" = 104 ]
}

# first_start NEW: nothing serves yet.
first_start() {
    use_handoff "$1"
    mark_words "$1"
    systemctl reset-failed "$name.service" 2>/dev/null || true
    # An active face without an instance: somebody stopped or killed the instance alone.
    how=start
    if systemctl --quiet is-active "$name.service"; then how=restart; fi
    # The face has checked it already, and let it pass in any case.
    once=1
    if reason=$(prepare_hook '' "$1") && deb-systemd-invoke "$how" "$name.service" && reason=$(check "$1"); then
        say ready "$(called "$1") serves: $reason"
        # There is nothing to go back to.
        cold=$(run_hook ready '' "$1") || warn ready "$cold; $(called "$1") serves all the same"
        after_commit '' "$1"
        return 0
    fi
    warn ready "$(called "$1") is not healthy: ${reason:-it did not start}"
    last_words "$1"
    cat >&2 <<TEXT
$name: release $1 was installed but does not serve.
$name: what to do: mend its configuration (/etc/default/$name) and run 'dpkg --configure -a', or install a version that works.
TEXT
    return 1
}

# hand_over OLD NEW: NEW is prepared, and next names it.
hand_over() {
    use_handoff "$2"
    if ! reason=$(prepare_hook "$1" "$2"); then
        turn_down "$1" "$2" "$reason"
        return 1
    fi
    mark_words "$2"
    reason=$(obstacle "$1" "$2")
    if [ -n "$reason" ]; then
        replace "$1" "$2" "$reason"
        return
    fi
    gate "$1" "$2"

    say start "$(called "$2") beside $(called "$1")"
    if ! raise "$1" "$2"; then
        go_back "$1" "$2" "it could not be started"
        return 1
    fi
    if ! reason=$(check "$2" "$1"); then
        go_back "$1" "$2" "$reason"
        return 1
    fi
    say ready "$reason"
    if ! reason=$(run_hook ready "$1" "$2"); then
        go_back "$1" "$2" "$reason"
        return 1
    fi
    if ! reason=$(canary "$1" "$2"); then
        end_canary "$1" "$2"
        go_back "$1" "$2" "$reason"
        return 1
    fi

    if ! switch "$1" "$2"; then
        go_back "$1" "$2" 'it ended after its check'
        return 1
    fi
    commit "$2"
    say switch "new connections go to $(called "$2"), and it is what boots"
    after_commit "$1" "$2"

    next_please
    retire_in_background "$1" "$2"
}

# replace OLD NEW REASON: the two can't serve side by side, so it is a restart; what that costs is said.
replace() {
    warn replace "$3: $(called "$1") has to stop before $(called "$2") starts, and new connections in between are refused"
    mkdir -p "$run_state"
    echo "$2" >"$replacing"
    systemctl stop "$name.service" || true
    systemctl reset-failed "$name.service" 2>/dev/null || true
    reason='it did not start'
    cold=
    if systemctl start "$name.service" && reason=$(once=1 && check "$2") && cold=$(run_hook ready "$1" "$2"); then
        commit "$2"
        rm -f "$replacing"
        prune
        say commit "$(called "$2") serves: $reason"
        after_commit "$1" "$2"
        return 0
    fi
    reason=${cold:-$reason}
    warn ready "$(called "$2") is not healthy: $reason"
    last_words "$2"
    echo "$1" >"$replacing"
    systemctl stop "$name.service" || true
    end_instance "$2"
    close_down
    discard_unproven "$2"
    unpoint next
    systemctl daemon-reload
    systemctl reset-failed "$name.service" 2>/dev/null || true
    systemctl start "$name.service" || true
    rm -f "$replacing"
    failed_story "$1" "the new instance is not healthy: $reason"
    return 1
}

# turn_down OLD NEW REASON: nothing of the new one has started.
turn_down() {
    warn prepare "$(called "$2") is not started: $3"
    discard_unproven "$2"
    unpoint next
    systemctl daemon-reload
    warn back "$(called "$1") has never stopped serving and stays what boots"
    failed_story "$1" "$3"
}

# go_back OLD NEW REASON: the new one is not healthy; no client has reached it where it was gated.
go_back() {
    warn ready "$(called "$2") is not healthy: $3"
    last_words "$2"
    back='has never stopped serving'
    withdraw "$1" "$2" || back='serves again'
    back_out "$1" "$2"
    discard_unproven "$2"
    unpoint next
    systemctl daemon-reload
    warn back "$(called "$1") $back and stays what boots"
    failed_story "$1" "the new instance is not healthy: $3"
}

# failed_story OLD REASON
failed_story() {
    cat >&2 <<TEXT
$name: the upgrade failed: $2
$name: still serving: $(called "$1"), version $(setting "$1" VERSION); its journal: journalctl -u $(unit "$1")
$name: what to do: install a version that works, or mend the cause (its journal is above; its settings
$name: are in /etc/default/$name) and run 'dpkg --configure -a'.
TEXT
}

# retire_in_background OLD NEW: the drain goes on in a unit of its own, so that it outlives apt; apt waits for the
# end of it, but not for long.
retire_in_background() {
    retiring=$name-handoff@retire:$1.service
    wait_ms=$(setting "$2" DRAIN_WAIT_MS)
    # What timeout(1) says when the time is over.
    waited=124
    if [ "$wait_ms" != 0 ]; then
        waited=0
        timeout --foreground "$((wait_ms / 1000)).$(printf '%03d' $((wait_ms % 1000)))" systemctl start "$retiring" 2>/dev/null || waited=$?
    fi
    if ! retires "$1"; then
        if ! runs "$1"; then
            tell retire "$(called "$1") is stopped"
            return 0
        fi
        # Also where the time was over before systemd had heard of it.
        [ "$waited" != 124 ] || systemctl start --no-block "$retiring"
    fi
    say drain "$(called "$1") still finishes what it has; that goes on in the background ($name-handoff status)"
}

# background VERB:ID: what NAME-handoff@.service runs.
background() {
    case $1 in
        retire:*) retire "${1#retire:}" ;;
        failed:live) instance_failed "$(linked live)" ;;
        failed:*) instance_failed "${1#failed:}" ;;
        network:*)
            use_handoff "${1#network:}"
            make_network "${1#network:}"
            ;;
        wind-down:*)
            use_handoff "${1#wind-down:}"
            wind_down "${1#wind-down:}"
            ;;
        forwarding:again)
            use_handoff "$(linked current)"
            keep_forwarding
            ;;
        *)
            echo "$name-handoff: unknown background work '$1'" >&2
            exit 2
            ;;
    esac
}

# retire OLD: wait until it has nothing in flight (bounded), then stop it.
retire() {
    story_from=$1
    story_to=$(linked current)
    if stays "$1"; then return 0; fi
    use_handoff "$story_to"
    retired=$(called "$1")
    forced=
    if runs "$1"; then
        drained=$(drain "$1" "$story_to") || forced=yes
        [ -z "$drained" ] || say drain "$(called "$1"): $drained"
        while :; do
            if ! await_successor; then
                warn retire "$(called "$(linked current)") does not serve: $(called "$1") stays"
                return 0
            fi
            one_at_a_time $lock_wait "the end of $1" || true
            if stays "$1"; then return 0; fi
            settle
            # It may die at any moment; and it need not be the one that came after this one any more.
            if takes_connections "$(linked current)"; then break; fi
            next_please
        done
        next_please
        lower "$1" "$forced"
    fi
    systemctl reset-failed "$(unit "$1")" 2>/dev/null || true
    one_at_a_time $lock_wait "the end of $1" || true
    if [ -z "$(linked next)" ]; then settle; fi
    let_go "$1"
    prune
    next_please
    say retire "$retired is stopped${forced:+ at the drain limit}"
}

# stays ID: whether it is committed again; says so.
stays() {
    [ "$1" = "$(linked current)" ] || return 1
    warn retire "$1 is committed again; it stays"
}

# await_successor: an instance that has just died, and that systemd starts again, is waited for as long as one may
# take to become healthy: nothing would serve if the old one went first.
await_successor() {
    wait_until=$(($(now_ms) + $(setting "$(linked current)" HEALTH_WITHIN_MS)))
    until takes_connections "$(linked current)"; do
        if [ "$(now_ms)" -ge "$wait_until" ]; then return 1; fi
        sleep 0.1
    done
}
