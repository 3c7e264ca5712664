# shellcheck shell=sh
# A handoff can be cut off at any moment, by a SIGKILL or by the loss of power. The next one begins by clearing up what
# that has left; whoever clients reach then goes on being reached.

# clear_up: with the lock held.
clear_up() {
    if booted; then forget_hook; fi
    if booted && [ -e "$replacing" ]; then start_again; fi
    clear_up_files
    abandoned=$(linked next)
    if [ -n "$abandoned" ]; then abandon "$abandoned"; fi
    if booted; then retire_leftovers; fi
}

# start_again: a replacement was cut off, in which nothing could serve: what is committed starts again.
start_again() {
    if [ "$(serving)" != "$(linked current)" ]; then
        linked current >"$replacing"
        systemctl stop "$name.service" || true
        systemctl reset-failed "$name.service" 2>/dev/null || true
        systemctl start "$name.service" || true
    fi
    rm -f "$replacing"
}

# abandon ID: a release whose handoff was cut off before its end. Where it runs it may have clients: it gets no more,
# finishes what it has, and goes.
abandon() {
    # In the midst of the commit: all but this is done.
    if [ "$1" = "$(linked current)" ]; then
        unpoint next
        return 0
    fi
    if booted && [ -e "$releases/$1/.mkdeb/settings" ]; then
        [ -e "$releases/$1/.mkdeb/served" ] || : >"$releases/$1/.mkdeb/abandoned"
        use_handoff "$1"
        settle
        committed=$(linked current)
        [ -z "$committed" ] || let_go "$committed"
        runs "$1" || let_go "$1"
    fi
    # It has taken over by itself: the next one takes over from it.
    if booted && [ "$(serving)" = "$1" ]; then
        unpoint next
        return 0
    fi
    if booted && runs "$1"; then
        systemctl start --no-block "$name-handoff@retire:$1.service"
    else
        discard_unproven "$1"
        ! booted || systemctl reset-failed "$(unit "$1")" 2>/dev/null || true
    fi
    unpoint next
}

# retire_leftovers: instances that nobody reaches and nobody retires, as the handoff from them was cut off.
retire_leftovers() {
    serves=$(serving)
    [ -n "$serves" ] || return 0
    for id in $(running_ids); do
        case $id in "$serves" | "$(linked current)") continue ;; esac
        if ! retires "$id"; then systemctl start --no-block "$name-handoff@retire:$id.service"; fi
    done
}
