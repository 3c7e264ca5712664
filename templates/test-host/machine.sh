#!/bin/sh
# The first process of a test host's outer PID namespace: boots the machine, again when it reboots, until it is powered off.
# Called by power.sh. Each boot has a network namespace of its own, so sysctls start from the kernel's defaults.
set -eu
dir=$1 name=$2 cgroup=$3 filter=$4
echo 0 >"$cgroup/outside/cgroup.procs"

while :; do
    umount "$dir/net" 2>/dev/null || true
    unshare --net="$dir/net" true
    ip link delete cable 2>/dev/null || true
    ip link add cable type veth peer name eth0 netns "$dir/net"
    ip link set cable master lan up
    nsenter --net="$dir/net" "${0%/*}/address.sh"

    status=0
    (
        echo 0 >"$cgroup/machine/cgroup.procs"
        export SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1 SYSTEMD_NSPAWN_API_VFS_WRITABLE=network
        exec systemd-nspawn --quiet --register=no --keep-unit --boot --directory="$dir/root" --machine="$name" \
            --network-namespace-path="$dir/net" --resolv-conf=off --timezone=off --link-journal=no --console=pipe \
            --capability=all --system-call-filter="$filter"
    ) || status=$?
    # What nspawn says of a container that wants to reboot.
    if [ "$status" -ne 133 ]; then exit "$status"; fi
done
