# shellcheck shell=sh
# Back to a release that has served before: because somebody asks for it, or because the new one fails for good soon
# after its commit.

# rollback [ID]: to the previous release, or to ID, as an upgrade goes: with no request lost, and only if it is healthy.
rollback() {
    # First: whoever it waits for may change what there is to go back to.
    if booted; then one_at_a_time 60 'a rollback'; fi
    to=${1:-$(linked previous)}
    if [ -z "$to" ]; then
        echo "$name-handoff: there is no previous release; '$name-handoff releases' shows what there is" >&2
        exit 1
    fi
    if [ -h "$releases/$to" ] || ! [ -d "$releases/$to/.mkdeb" ]; then
        echo "$name-handoff: there is no release '$to'; '$name-handoff releases' shows what there is" >&2
        exit 2
    fi
    clear_up
    old=
    ! booted || old=$(serving)
    story_from=$old
    story_to=$to
    if [ "$to" = "$(linked current)" ] && { [ -z "$old" ] || [ "$old" = "$to" ]; }; then
        say rollback "release $to is the committed one already"
    elif [ -z "$old" ]; then
        commit_only "$to" "nothing runs that could hand over"
    else
        new=$to
        if runs "$to" && [ "$to" != "$(linked current)" ]; then
            # It still drains: another instance of the same release takes over.
            new=$(free_id "$(setting "$to" ID)")
            point next "$new"
            if ! prepare "$releases/$to" "$new"; then
                not_prepared "$old" "$new"
                return 1
            fi
            systemctl daemon-reload
        fi
        story_to=$new
        [ "$new" = "$(linked current)" ] || point next "$new"
        hand_over "$old" "$new"
    fi
}

# on_probation ID: whether its commit is no longer ago than the probation that it was built with.
on_probation() {
    if committed_at=$(cat "$run_state/committed" 2>/dev/null); then
        age=$(($(uptime_s) - committed_at))
    else
        # Committed before the last boot: then only the wall clock knows, which may have been set since.
        age=$(($(date +%s) - $(stat -c %Y "$releases/current")))
    fi
    [ "$age" -ge 0 ] && [ $((age * 1000)) -lt "$(setting "$1" PROBATION_MS)" ]
}

# instance_failed ID: called at OnFailure=. systemd 254 and later say so at every crash that they restart after; only
# a unit that is in the state failed has been given up (its start limit is hit).
instance_failed() {
    current_has_failed "$1" || return 0
    # Whoever stops or restarts the service, an admin or an upgrade, has ended it, however badly: what that comes to counts.
    one_at_a_time $lock_wait "what follows from the failure of $1" || return 1
    face_at_rest
    if [ "$face_state" = inactive ] || ! current_has_failed "$1"; then return 0; fi
    story_to=$1
    if [ -n "$(serving)" ] && [ "$(serving)" != "$(linked previous)" ]; then return 0; fi
    before=$(linked previous)
    if [ -n "$before" ] && [ -d "$releases/$before" ] && on_probation "$1" &&
        ! [ -e "$releases/$before/.mkdeb/failed" ]; then
        take_back "$1" "$before"
    else
        warn failed "$(called "$1") has failed for good: nothing serves"
        systemctl stop "$name.service" || true
    fi
}

current_has_failed() { [ -n "$1" ] && [ "$1" = "$(linked current)" ] && systemctl --quiet is-failed "$(unit "$1")"; }

# face_at_rest: waits until the face neither starts nor stops, each of which has limits of its own; face_state says how it is.
face_at_rest() {
    while face_state=$(systemctl show --property=ActiveState --value "$name.service"); do
        case $face_state in activating | deactivating) sleep 0.2 ;; *) break ;; esac
    done
}

# take_back FAILED BEFORE: what served before FAILED serves again, also if it has not finished its drain. Marks FAILED,
# so that the two never take turns.
take_back() {
    story_from=$1
    story_to=$2
    warn probation "$(called "$1") has failed for good $age s after its commit: $(called "$2") takes over again"
    systemctl stop "$name-handoff@retire:$2.service" 2>/dev/null || true
    use_handoff "$1"
    if [ -n "$(obstacle "$1" "$2")" ]; then close_down; fi
    : >"$releases/$1/.mkdeb/failed"
    commit "$2"
    use_handoff "$2"
    if systemctl --quiet is-active "$name.service"; then
        start_alone "$2"
    else
        systemctl reset-failed "$name.service" 2>/dev/null || true
        systemctl start "$name.service" || true
    fi
    settle
    if reason=$(check "$2"); then
        say probation "$(called "$2") serves: $reason"
        after_commit "$1" "$2"
    else
        warn probation "$(called "$2") is not healthy: $reason"
    fi
}
