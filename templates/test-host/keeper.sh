#!/bin/sh
# Keeps one test host: its disk, its network, its cgroup, and its machine while it is switched on.
#   keeper.sh HOSTS ROOT NAME SYSTEM-CALL-FILTER
# Runs in a mount namespace and a network namespace of its own; load comes from the latter. Reads one word a line:
# `boot` switches the machine on, `cut` cuts its power. At the end of its input (also when whoever holds the other
# end has died) the machine is killed and everything is removed. Answers `ready CGROUP`, `on PID`, `off STATUS`.
set -eu
hosts=$1 root=$2 name=$3 filter=$4
dir=$hosts/$name
cgroup=
machine=

remove_cgroup() {
    # A killed process leaves its cgroup only when it has been reaped.
    tries=200
    while [ -d "$1" ] && ! find "$1" -depth -type d -exec rmdir {} + 2>/dev/null && [ "$tries" -gt 0 ]; do
        tries=$((tries - 1))
        sleep 0.02
    done
}

# Ends every process of the machine by ending the first one of its PID namespace, which power.sh's child waits for.
cut() {
    outermosts=$(cat "/proc/$machine/task/$machine/children")
    for outermost in $outermosts; do
        firsts=$(cat "/proc/$outermost/task/$outermost/children")
        for first in $firsts; do
            if kill -KILL "$first"; then return; fi
        done
    done
    # It has only just been switched on, or is off.
    kill -KILL "$machine"
} 2>/dev/null

clean() {
    # Nobody may be left to read what we say.
    trap '' EXIT HUP INT TERM PIPE
    exec 2>/dev/null
    if [ -n "$machine" ]; then
        cut || true
        wait "$machine" || true
    fi
    if [ -n "$cgroup" ]; then remove_cgroup "$cgroup"; fi
    umount --lazy "$dir/root" || true
    rm -rf --one-file-system "$dir"
    rm -f "$dir.lock"
}
trap clean EXIT
# A terminal's Ctrl-C is for whoever holds our input.
trap '' INT
trap 'exit 1' HUP TERM

mount --make-rprivate /
if [ "$(stat --file-system --format=%T /sys/fs/cgroup)" != cgroup2fs ]; then
    umount --recursive --lazy /sys/fs/cgroup
    mount -t cgroup2 cgroup2 /sys/fs/cgroup
fi
# nspawn keeps things in /run, and leaves them there where /run is no tmpfs.
mount -t tmpfs tmpfs /run

mkdir -p "$hosts"
while :; do
    exec 9>"$dir.lock"
    flock 9
    # Another keeper may have taken it for a leftover and removed it between these two.
    if [ "$(stat --dereference --format=%i /proc/self/fd/9)" = "$(stat --format=%i "$dir.lock")" ]; then break; fi
done

own=$(sed -n 's/^0:://p' /proc/self/cgroup)
own=${own%/}

# Leftovers of hosts whose keeper was killed outright: their processes died with it, their lock is free.
for lock in "$hosts"/*.lock; do
    left=${lock%.lock}
    if [ "$left" = "$dir" ]; then continue; fi
    # Its keeper, while it lives, holds the lock. (A lock that is gone again is nobody's; this makes and removes it.)
    # shellcheck disable=SC2094 # it is opened and never read
    {
        if flock --nonblock 8; then
            remove_cgroup "/sys/fs/cgroup$own/${left##*/}"
            rm -rf --one-file-system "$left" "$lock"
        fi
    } 8>>"$lock"
done

cgroup=/sys/fs/cgroup$own/$name
mkdir "$cgroup" "$cgroup/outside" "$cgroup/machine"
if [ -n "$own" ]; then
    # A cgroup that hands controllers to its children may hold no processes itself (cgroups(7)).
    mkdir -p "/sys/fs/cgroup$own/keeper"
    echo 0 >"/sys/fs/cgroup$own/keeper/cgroup.procs"
    controllers=$(cat "/sys/fs/cgroup$own/cgroup.controllers")
    for controller in $controllers; do
        echo "+$controller" >"/sys/fs/cgroup$own/cgroup.subtree_control" || true
        echo "+$controller" >"$cgroup/cgroup.subtree_control" || true
    done
fi

mkdir "$dir" "$dir/upper" "$dir/work" "$dir/root"
: >"$dir/net"
mount -t overlay "$name" -o "lowerdir=$root,upperdir=$dir/upper,workdir=$dir/work" "$dir/root"

# The bridge stays when the machine and its end of the cable go: packets to a dead host are lost, as on a real network.
ip link set lo up
ip link add lan type bridge
echo 0 >/proc/sys/net/ipv6/conf/lan/accept_dad
ip link set lan up
ip address add 198.51.100.1/24 dev lan
ip address add 2001:db8:6d6b::1/64 dev lan nodad
# Many connections a second for minutes need more ports than the default.
echo '1024 65535' >/proc/sys/net/ipv4/ip_local_port_range
echo 1 >/proc/sys/net/ipv4/tcp_tw_reuse

echo "ready ${cgroup#/sys/fs/cgroup}"
while read -r word; do
    case $word in
    boot)
        setpriv --pdeathsig KILL "${0%/*}/power.sh" "$dir" "$name" "$cgroup" "$filter" &
        machine=$!
        ;;
    cut)
        cut || true
        ;;
    esac
done
