#!/bin/sh
# What `mkdeb doctor` runs on the host that it asks: a runtime's doctor, from a tar archive on standard input. It prints
# a line for each subject: what it is, a tab, and the findings as JSON. Nothing of this stays on the host.
#
#   examine.sh package NAME COMPRESSION KIB FILES    of a package: usr/lib/NAME and control in the archive are its own
#   examine.sh host                                  of the host, and of each package there that has a doctor; usr/lib/app
#                                                    in the archive is nobody's
set -eu
umask 022
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8

if ! command -v dpkg >/dev/null; then
    echo "there is no dpkg: no Debian or Ubuntu" >&2
    exit 3
fi
# In memory where that can be: the disk may be full, or read-only.
at=
# Who asked tells all of this to end, and so does timeout: what takes it away is not to be ended by the second time.
trap 'trap "" INT TERM HUP; [ -z "$at" ] || rm -rf "$at"' EXIT
trap 'trap "" INT TERM HUP; exit 130' INT
trap 'trap "" INT TERM HUP; exit 143' TERM HUP
# mktemp would tell the name only once it is there: whoever is told to end in between would leave it.
random=$(od -An -N8 -tx1 /dev/urandom | tr -d ' \n')
for place in /run "${TMPDIR:-/tmp}" /var/tmp /dev/shm; do
    at=$place/mkdeb-doctor.$random
    if ! mkdir -m 700 "$at" 2>/dev/null; then
        at=
        continue
    fi
    if head -c 2M /dev/zero >"$at/room" 2>/dev/null && rm "$at/room"; then break; fi
    rm -rf "$at"
    at=
done
if [ -z "$at" ]; then
    echo "no room in /run, ${TMPDIR:-/tmp}, /var/tmp and /dev/shm, or they can't be written to" >&2
    exit 3
fi
# Where whoever asked has gone, it is still taken away.
trap '' PIPE
tar --extract --no-same-owner --file=- --directory="$at" || exit 3

# tell SUBJECT COMMAND...: an exit code of 1 says that a check fails.
tell() {
    subject=$1
    shift
    status=0
    "$@" >"$at/findings" || status=$?
    [ "$status" -le 1 ] || return "$status"
    printf '%s\t%s\n' "$subject" "$(cat "$at/findings")"
}

system=$(sed -n 's/^PRETTY_NAME="\{0,1\}\([^"]*\)"\{0,1\}$/\1/p' /etc/os-release 2>/dev/null) || system=
printf 'system\t%s, Linux %s, %s\n' "${system:-unknown}" "$(uname -r)" "$(dpkg --print-architecture)"

case $1 in
    package)
        tell package sh "$at/usr/lib/$2/handoff/run" doctor --json --package "$at/control" "$3" "$4" "$5" || exit 3
        ;;
    host)
        own=$at/usr/lib/app/handoff/run
        tell host sh "$own" doctor --json --host || exit 3
        for handoff in reuseport socket reload vip; do
            tell "handoff $handoff" sh "$own" doctor --json --handoff "$handoff" || exit 3
        done
        for program in /usr/sbin/*-handoff; do
            name=${program##*/}
            name=${name%-handoff}
            [ -e "/usr/lib/$name/handoff/run" ] || continue
            tell "installed $name" "$program" doctor --json 2>/dev/null || printf 'silent %s\t\n' "$name"
        done
        ;;
esac
