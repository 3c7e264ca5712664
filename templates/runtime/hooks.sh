# shellcheck shell=sh
# Hooks: commands of the app's own after steps of a handoff. Each runs in a unit of its own, so that all of it ends at
# its time limit and the journal has what it says.

hook_journal=$name-handoff-hook
hook_unit=$hook_journal.service

# hook_of NEW STEP: USER:TIME of the one that NEW was built with, or nothing.
hook_of() {
    for hook in $(setting "$1" HOOKS); do
        case $hook in "$2":*) echo "${hook#*:}" ;; esac
    done
}

# run_hook STEP OLD NEW: if there is one; prints why it failed, and fails. In a subshell: it has a mark of its own.
run_hook() (
    hook=$(hook_of "$3" "$1")
    [ -n "$hook" ] || return 0
    forget_hook
    mark_hook "$1" "$3"
    say "$1" "runs the hook of release $3, $((${hook#*:} / 1000)) s at most" >&2
    if refused=$(start_hook "$1" "$2" "$3" "${hook%:*}" "${hook#*:}" 2>&1); then
        forget_hook
        return 0
    fi
    # Not by its unit: journald does not see that of what ends at once.
    words_of --identifier="$hook_journal" >&2
    case $(hook_shows Result) in
        timeout) echo "its $1 hook took longer than $((${hook#*:} / 1000)) s" ;;
        exit-code) echo "its $1 hook ended with exit status $(hook_shows ExecMainStatus)" ;;
        *) echo "its $1 hook failed: $(echo "$refused" | tail -n 1)" ;;
    esac
    forget_hook
    return 1
)

# mark_hook STEP NEW: what it says from here on.
mark_hook() {
    logger --journald 2>/dev/null <<FIELDS || true
MESSAGE=hook $1 of release $2
SYSLOG_IDENTIFIER=$hook_journal
FIELDS
    mark_journal --identifier="$hook_journal"
}

hook_shows() { systemctl show --property="$1" --value "$hook_unit"; }

# forget_hook: one of a handoff that was cut off may still run.
forget_hook() {
    systemctl stop "$hook_unit" 2>/dev/null || true
    systemctl reset-failed "$hook_unit" 2>/dev/null || true
}

# start_hook STEP OLD NEW USER MS: as an instance of NEW has it: its directory, its environment; not its sandbox.
start_hook() {
    (
        # shellcheck source=/dev/null
        . "$releases/$3/.mkdeb/settings"
        reach=
        [ "$1" != ready ] || reach=$(reach_new "$3")
        old_version=
        [ -z "$2" ] || old_version=$(setting "$2" VERSION)
        set -- "$1" --uid="$4" --property="TimeoutStartSec=$5ms" --working-directory="$releases/$3" \
            --description="$name, release $3: hook $1" --setenv=HOOK="$1" --setenv=REACH_NEW="$reach" \
            --setenv=OLD_RELEASE="$2" --setenv=NEW_RELEASE="$3" \
            --setenv=OLD_VERSION="$old_version" --setenv=NEW_VERSION="$VERSION"
        if [ "$RUN_AS" != root ] && [ "$2" = --uid="$RUN_AS" ]; then
            set -- "$@" --property=StateDirectory="$name" --property=StateDirectoryMode=0750
        fi
        environment launch_hook "$@"
    )
}

# launch_hook STEP OPTIONS: waits for its end, as the unit is a oneshot. An admin's setting goes before the app's own.
launch_hook() {
    hook_step=$1
    shift
    systemd-run --quiet --unit="$hook_unit" --service-type=oneshot --property=TimeoutStopSec=5s \
        --property=UMask=0027 --property=SyslogIdentifier="$hook_journal" \
        --property="EnvironmentFile=-/etc/default/$name" "$@" \
        /bin/sh "$here/hook" "$hook_step"
}

# prepare_hook OLD NEW: before a release starts for the first time, whoever starts it; copies of it need it no more.
prepare_hook() {
    if [ -z "$(hook_of "$2" prepare)" ] || [ -e "$releases/$2/.mkdeb/hooked" ]; then return 0; fi
    run_hook prepare "$1" "$2" || return 1
    : >"$releases/$2/.mkdeb/hooked"
}

# after_commit OLD NEW: NEW serves, whatever comes of this.
after_commit() {
    restart_with_release
    if ! after=$(run_hook commit "$1" "$2"); then
        warn commit "$after; $(called "$2") serves all the same"
    fi
}

# restart_with_release: units of the package that run the code of current beside the instances. What an admin has
# stopped stays stopped. One that fails is said, and changes nothing.
restart_with_release() {
    if ! booted || ! policy_allows; then return 0; fi
    restarted=
    # shellcheck source=/dev/null
    for worker in $(. "$root/dist/.mkdeb/settings" && echo "$WITH_RELEASE"); do
        case $(systemctl show --property=ActiveState --value "$worker") in
            active | activating | reloading | failed) restarted="$restarted $worker" ;;
            *) continue ;;
        esac
        systemctl reset-failed "$worker" 2>/dev/null || true
        # A stop may take its time: it goes on in the background.
        timeout 60 systemctl restart "$worker" || true
    done
    [ -n "$restarted" ] || return 0
    # What ends at once has ended by now.
    sleep 1
    for worker in $restarted; do
        if systemctl --quiet is-active "$worker"; then
            say commit "$worker runs release $(linked current)"
        else
            warn commit "$worker does not run release $(linked current): systemctl status $worker"
        fi
    done
}
