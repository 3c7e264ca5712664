# shellcheck shell=sh
# The story of an upgrade: one line a step, with the time since it began.

# Milliseconds since the boot: nobody sets that clock.
now_ms() {
    read -r now_up rest </proc/uptime
    now_up=${now_up%.*}${now_up#*.}0
    # What begins with 0 would be octal.
    now_up=${now_up#0}
    echo "${now_up#0}"
}

started=$(now_ms)
story_from=
story_to=

# say STEP TEXT: for whoever runs this, and for the journal with fields for machines
# (journalctl -u NAME -o json; HANDOFF_STEP, HANDOFF_FROM, HANDOFF_TO, HANDOFF_MS).
say() {
    tell "$1" "$2"
    logger --journald 2>/dev/null <<FIELDS || true
MESSAGE=$1: $2 (after $say_time)
SYSLOG_IDENTIFIER=$name-handoff
OBJECT_SYSTEMD_UNIT=$name.service
PRIORITY=${3:-6}
HANDOFF_STEP=$1
HANDOFF_FROM=$story_from
HANDOFF_TO=$story_to
HANDOFF_MS=$say_ms
FIELDS
}

# tell STEP TEXT: for whoever runs this alone.
tell() {
    say_ms=$(($(now_ms) - started))
    hundredths=$((say_ms % 1000 / 10 + 100))
    say_time="$((say_ms / 1000)).${hundredths#1} s"
    in_journal || printf '%s: %s %s: %s\n' "$name" "$say_time" "$1" "$2"
}

warn() { say "$1" "$2" 4; }

# Whether what is printed goes to the journal anyway: then it is not printed, only logged.
in_journal() {
    [ -n "${JOURNAL_STREAM:-}" ] && [ "$JOURNAL_STREAM" = "$(stat -Lc %d:%i "/proc/$$/fd/1" 2>/dev/null)" ]
}
