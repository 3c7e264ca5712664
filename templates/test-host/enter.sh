#!/bin/sh
# Runs a command inside a test host.
#   enter.sh INIT CGROUP allow|forbid COMMAND [ARGUMENT...]
# INIT is the host's own first process, CGROUP a cgroup of the host for commands from outside: without it they would
# belong to a cgroup that does not exist for the host's systemd. `forbid`: not even they may use pidfd_getfd(2);
# nspawn's filter is only on what the host's first process has started.
set -eu
init=$1 cgroup=$2 pidfd_getfd=$3
shift 3
[ -d "$cgroup" ] || mkdir -p "$cgroup"
echo 0 >"$cgroup/cgroup.procs"
if [ "$pidfd_getfd" = forbid ]; then
    set -- perl -e "$(cat "${0%/*}/forbid-pidfd-getfd.pl")" "$@"
fi
exec nsenter --target "$init" --all "$@"
