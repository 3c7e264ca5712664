#!/bin/sh
# One power cycle of a test host: from switching it on until it is off and all its processes are gone. Called by keeper.sh.
set -eu
dir=$1 name=$2 cgroup=$3 filter=$4
trap '' INT

# Whatever dies, what hangs on it dies too: this with keeper.sh, unshare with this, the PID namespace with unshare.
setpriv --pdeathsig KILL \
    unshare --mount --pid --fork --kill-child=KILL --mount-proc "${0%/*}/machine.sh" "$dir" "$name" "$cgroup" "$filter" \
    >>"$dir/console.log" 2>&1 </dev/null &
unshare=$!
echo "on $unshare"
status=0
wait "$unshare" || status=$?
while grep --quiet --no-messages '^populated 1' "$cgroup/cgroup.events"; do
    sleep 0.01
done
echo "off $status"
