# shellcheck shell=sh
# NAME.service is the face: an ordinary unit for systemctl, Ansible and monitoring. The instances do the work.

# Where it exists, the release in it is started although another one is committed: the two can't run side by side.
replacing=$run_state/replacing

# systemctl start NAME: what is committed. An instance that runs and is not healthy yet is left to become so, as any
# service would be (its database may still be starting); one that has failed for good is a failure.
face_start() {
    current=$(cat "$replacing" 2>/dev/null) || current=$(linked current)
    if [ -z "$current" ]; then
        warn start "no release is committed: run 'dpkg --configure -a'"
        return 1
    fi
    story_to=$current
    use_handoff "$current"
    if ! reason=$(prepare_hook '' "$current"); then
        warn start "$(called "$current") is not started: $reason"
        return 1
    fi
    systemctl reset-failed "$(unit "$current")" 2>/dev/null || true
    start_alone "$current"
    prune_now
    if reason=$(check "$current"); then
        say start "$(called "$current") serves: $reason"
    elif runs "$current"; then
        warn start "$(called "$current") runs, but is not healthy yet: $reason"
    else
        warn start "$(called "$current") failed: $reason"
        return 1
    fi
}

# prune_now: a drain that lost its power has left that to the next start. Where a handoff goes on, that one does it.
prune_now() {
    (
        flock --nonblock 8 || exit 0
        prune
    ) 8<>"/run/lock/$name-handoff" || true
}

# systemctl stop NAME: all of it, drained by the app itself. Fails where the committed instance had failed: so the
# face shows it.
face_stop() {
    current=$(linked current)
    failed=no
    if [ -n "$current" ] && had_failed "$current"; then failed=yes; fi
    systemctl stop "$name-handoff@retire:*.service" 2>/dev/null || true
    systemctl stop "$name@*.service" || true
    if [ "$failed" = yes ]; then
        warn stop "$(called "$current") had failed: nothing serves (journalctl -u $(unit "$current"))"
        return 1
    fi
}

# had_failed ID: whether its instance had failed before this stop, which ends it too (StopPropagatedFrom=), however badly.
had_failed() {
    systemctl --quiet is-failed "$(unit "$1")" &&
        [ "$(when InactiveEnter "$(unit "$1")")" -lt "$(when ActiveExit "$name.service")" ]
}

# when EVENT UNIT: in microseconds since the boot.
when() { systemctl show --property="$1TimestampMonotonic" --value "$2"; }

# face_ended: after a stop, and after a start that failed. When the host goes down systemd stops everything in its own
# order: to wait here for a unit that it stops later would never end.
face_ended() {
    [ "$(systemctl is-system-running)" != stopping ] || return 0
    current=$(linked current)
    [ -n "$current" ] || return 0
    use_handoff "$current"
    close_down
}

# systemctl reload NAME: a restart with no request lost, so that a changed /etc/default/NAME counts.
face_reload() {
    one_at_a_time 60 'a restart'
    clear_up
    old=$(serving)
    if [ -z "$old" ]; then
        warn start "$name does not run: systemctl start $name"
        return 1
    fi
    current=$(linked current)
    if [ "$old" != "$current" ]; then
        # An upgrade that was not allowed to touch the running instance.
        new=$current
    else
        # shellcheck source=/dev/null
        new=$(free_id "$(. "$releases/$current/.mkdeb/settings" && echo "$ID")")
        point next "$new"
        if ! prepare "$releases/$current" "$new"; then
            not_prepared "$old" "$new"
            return 1
        fi
        systemctl daemon-reload
    fi
    story_from=$old
    story_to=$new
    hand_over "$old" "$new"
}
