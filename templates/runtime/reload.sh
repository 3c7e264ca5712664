# shellcheck shell=sh
# The handoff `reload`: on a signal the app starts its successor and passes its listening sockets on; when that says it
# is ready, the one before accepts no more, finishes what it has, and ends. All this goes on inside one unit,
# NAME@live.service, whose main process changes (live.sh tells whose process is whose). Two more links say what starts:
#   live       by systemd: what serves       successor   by the app, when it gets the signal

live_unit=$name@live.service
live_files=/run/systemd/system

obstacle() {
    if [ "$(setting "$1" HANDOFF)" != "$(setting "$2" HANDOFF)" ]; then
        echo "the handoff changes from $(setting "$1" HANDOFF) to $(setting "$2" HANDOFF)"
    elif [ "$(setting "$1" RUN_AS)" != "$(setting "$2" RUN_AS)" ]; then
        echo "the user changes from $(setting "$1" RUN_AS) to $(setting "$2" RUN_AS)"
    fi
}

# make_live ID: what systemd starts from now on, with the unit settings that ID was built with.
make_live() {
    point live "$1"
    point successor "$1"
    mkdir -p "$live_files"
    cp "$releases/$1/.mkdeb/instance.service" "$live_files/.$live_unit"
    mv "$live_files/.$live_unit" "$live_files/$live_unit"
    systemctl daemon-reload
}

start_alone() {
    if ! systemctl --quiet is-active "$live_unit"; then
        make_live "$1"
        # The release before may have failed there for good.
        systemctl reset-failed "$live_unit" 2>/dev/null || true
    fi
    systemctl start "$live_unit"
}

close_down() {
    unpoint live
    unpoint successor
    rm -f "$live_files/$live_unit"
    systemctl daemon-reload
}

# The app refuses a second successor while the one before it still drains.
gate() {
    for older in $(running_generations); do
        [ "$older" != "$1" ] || continue
        say gate "waits until $(called "$older") has finished what it has"
        drain "$older" "$1" >/dev/null || lower "$older"
    done
}

main_process() { systemctl show --property=MainPID --value "$live_unit"; }

named_process() { cat "$run_state/live/pid" 2>/dev/null || true; }

# raise OLD NEW: signals OLD until it has started a successor, which NEW is then.
raise() {
    point successor "$2"
    raised_by=$(named_process)
    restarts=$(restarts_of "$1")
    raise_until=$(($(now_ms) + $(setting "$2" HEALTH_WITHIN_MS)))
    while [ "$(now_ms)" -lt "$raise_until" ]; do
        kill -s "$(setting "$1" RELOAD_SIGNAL)" "$raised_by" || return 1
        tries=20
        while [ "$tries" -gt 0 ]; do
            if [ "$(named_process)" != "$raised_by" ]; then return 0; fi
            sleep 0.05
            tries=$((tries - 1))
        done
    done
    warn start "$(called "$1") has started no successor on SIG$(setting "$1" RELOAD_SIGNAL) by its own name, $releases/successor/.mkdeb/start"
    return 1
}

check() {
    successor_process=
    [ -z "${2:-}" ] || successor_process=$(named_process)
    generation=$1 run_check "$1" ''
}

switch() {
    takes_connections "$2" || return 1
    make_live "$2"
}

# It has to listen, not just to run.
takes_connections() {
    systemctl --quiet is-active "$live_unit" && [ "$(serving_generation)" = "$1" ]
}

# withdraw OLD NEW: ends NEW, if OLD still accepts; else OLD takes over again, started by NEW as its successor.
withdraw() {
    if end_successor "$1" "$2"; then
        [ "$(restarts_of "$1")" = "$restarts" ]
        return
    fi
    warn back "$(called "$1") had passed its sockets on: it is started again"
    if [ -n "$(generation_processes "$2")" ] && wait_for_end "$1" 10000 && raise "$2" "$1" && reason=$(check "$1" "$2"); then
        drain "$2" "$1" >/dev/null || lower "$2"
    else
        point live "$1"
        systemctl restart "$live_unit" && check "$1" >/dev/null || true
    fi
    return 1
}

# end_successor OLD NEW: held still first, so that it can't become ready in between.
end_successor() {
    signal_generation STOP "$2"
    sleep 0.2
    if [ "$(serving_generation)" != "$1" ]; then
        signal_generation CONT "$2"
        return 1
    fi
    signal_generation KILL "$2"
    wait_for_end "$2" 5000 || true
}

# signal_generation SIGNAL ID
signal_generation() {
    for process in $(generation_processes "$2"); do kill -s "$1" "$process" 2>/dev/null || true; done
}

# wait_for_end ID MS
wait_for_end() {
    end_until=$(($(now_ms) + $2))
    while [ -n "$(generation_processes "$1")" ]; do
        if [ "$(now_ms)" -ge "$end_until" ]; then return 1; fi
        sleep 0.1
    done
}

back_out() {
    make_live "$1"
    name_main_process
}

# name_main_process: a successor that has been ended is not to be the next main process.
name_main_process() {
    main=$(main_process)
    if [ "$main" != 0 ] && [ -d "$run_state/live" ]; then
        echo "$main" >"$run_state/.pid"
        chmod 644 "$run_state/.pid"
        mv -T "$run_state/.pid" "$run_state/live/pid"
    fi
}

# drain OLD NEW: while OLD, its parent, runs, systemd does not see that NEW has ended, and nobody listens: then OLD goes at
# once, and NEW is started again.
drain() {
    drain_until=$(($(now_ms) + $(setting "$1" DRAIN_LIMIT_MS)))
    while [ -n "$(generation_processes "$1")" ]; do
        if [ -z "$(generation_processes "$2")" ]; then
            lower "$1"
            echo "stopped, as $(called "$2") had ended"
            return 0
        elif [ "$(now_ms)" -ge "$drain_until" ]; then
            echo "it still runs at the limit of $(($(setting "$1" DRAIN_LIMIT_MS) / 1000)) s"
            return 1
        fi
        sleep 0.1
    done
    echo "it has ended by itself"
}

lower() {
    signal_generation TERM "$1"
    wait_for_end "$1" "$(setting "$1" STOP_MS)" || signal_generation KILL "$1"
}

# What was cut off: a successor that is not ready ends; one that is serves on, and hands over to the next.
settle() {
    settled_on=$(serving_generation)
    [ -n "$settled_on" ] || return 0
    younger=
    for generation in $(running_generations); do
        if [ "$generation" = "$settled_on" ]; then
            younger=yes
        elif [ -n "$younger" ]; then
            if ! end_successor "$settled_on" "$generation"; then
                settled_on=$generation
            fi
        fi
    done
    if [ "$(linked live)/$(linked successor)" != "$settled_on/$settled_on" ]; then make_live "$settled_on"; fi
    [ "$(running_generations)" != "$settled_on" ] || name_main_process
}
