# shellcheck shell=sh
# An instance is a unit NAME@ID.service that runs one release.

# Whether systemd runs here: not so in a chroot or while an image is built.
booted() { [ -d /run/systemd/system ]; }

# unit ID: the one that runs the release, alone or with others (live.sh).
unit() { if shares_unit "$1"; then echo "$name@live.service"; else echo "$name@$1.service"; fi; }

# called ID: its instance, for people.
called() { if shares_unit "$1"; then echo "$name@live.service (release $1)"; else unit "$1"; fi; }

# state ID: as systemd's ActiveState.
state() {
    active=$(systemctl show --property=ActiveState --value "$(unit "$1")")
    if ! shares_unit "$1" || generation_runs "$1"; then
        echo "$active"
    elif [ "$active" = failed ] && [ "$(linked current)" = "$1" ]; then
        echo failed
    else
        echo inactive
    fi
}

# runs ID: whether the instance has processes, or soon has.
runs() {
    case $(state "$1") in
        active | activating | reloading | deactivating) return 0 ;;
        *) return 1 ;;
    esac
}

running_ids() {
    systemctl list-units --plain --no-legend --full --state=active,activating,reloading,deactivating "$name@*.service" |
        while read -r found rest; do
            found=${found#"$name@"}
            case $found in
                live.service) running_generations ;;
                *) echo "${found%.service}" ;;
            esac
        done
}

# retires ID: whether it is being retired in the background, or soon is (a job waits).
retires() {
    case $(systemctl show --property=ActiveState,Job "$name-handoff@retire:$1.service") in
        *ActiveState=activ* | *Job=[1-9]*) return 0 ;;
        *) return 1 ;;
    esac
}

# serving: the instance that clients reach. It is the committed one, except where policy-rc.d or a mask forbade
# the handoff: then the previous one still serves. Generations in one unit take over by themselves.
serving() {
    for link in current previous; do
        id=$(linked "$link")
        if [ -n "$id" ] && systemctl --quiet is-active "$(unit "$id")"; then
            if shares_unit "$id"; then
                reached=$(serving_generation)
                if [ -z "$reached" ] && generation_runs "$id"; then reached=$id; fi
                id=$reached
            fi
            if [ -n "$id" ]; then
                echo "$id"
                return 0
            fi
        fi
    done
}

# end_instance ID: for one that no client reaches; it gets 5 s to stop on its own.
end_instance() {
    systemctl stop --no-block "$(unit "$1")" || true
    tries=50
    while runs "$1" && [ "$tries" -gt 0 ]; do
        sleep 0.1
        tries=$((tries - 1))
    done
    if runs "$1"; then systemctl kill --signal=SIGKILL "$(unit "$1")" || true; fi
    systemctl stop "$(unit "$1")" || true
    systemctl reset-failed "$(unit "$1")" 2>/dev/null || true
}

# mark_journal MATCH: what words_of MATCH shows from here on, whatever the clock says. The mark is a line that matches, too:
# behind another one journalctl leaves out the first that does. Without a mark there was none yet.
mark_journal() {
    journalctl --sync 2>/dev/null || true
    journal_mark=$(journalctl "$1" --lines=1 --show-cursor --quiet --no-pager 2>/dev/null | sed -n 's/^-- cursor: //p')
}

# mark_words ID, last_words ID: the end of what its journal got since the mark, indented.
mark_words() { mark_journal --unit="$(unit "$1")"; }
last_words() { words_of --unit="$(unit "$1")"; }

# words_of MATCH: the same of whatever journalctl is told.
words_of() {
    journalctl --sync 2>/dev/null || true
    journalctl "$1" ${journal_mark:+--after-cursor="$journal_mark"} --lines=15 --output=short-precise --no-hostname --quiet --no-pager 2>/dev/null |
        sed 's/^/    /'
}

# one_at_a_time SECONDS WHAT: upgrades, restarts and the end of a drain take turns; the lock says whose turn it is.
one_at_a_time() {
    exec 9<>"/run/lock/$name-handoff"
    if ! flock --nonblock 9; then
        say lock "waits for $(whose_turn), $1 s at most"
        if ! flock --timeout "$1" 9; then
            warn lock "still busy after $1 s: $(whose_turn); try again when that has ended"
            return 1
        fi
    fi
    echo "$2 (process $$)" >"/run/lock/$name-handoff"
}

next_please() { exec 9>&-; }

whose_turn() {
    turn=$(cat "/run/lock/$name-handoff")
    echo "${turn:-another handoff of $name}"
}

# forget_failures: the package goes; systemd would remember what failed until somebody says that it need not.
forget_failures() {
    booted || return 0
    forget_hook
    systemctl stop "$name-handoff@*.service" 2>/dev/null || true
    systemctl reset-failed "$name@*.service" "$name-handoff@*.service" 2>/dev/null || true
}
