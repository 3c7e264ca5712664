#!/bin/sh
# Runs a command with a libvirtd of its own, which nobody else sees: in namespaces of mounts, processes and network.
# Nothing is left of it afterwards but its disks and settings in STATE, for the next time.
#   own-libvirt.sh STATE COMMAND...      as root, on a machine that need not run systemd
set -eu

if [ "${OWN_LIBVIRT:-}" != inside ]; then
    exec env OWN_LIBVIRT=inside unshare --mount --pid --net --ipc --fork --kill-child --mount-proc "$0" "$@"
fi
unset OWN_LIBVIRT
state=$1
shift

mkdir -p "$state"
for place in etc/libvirt var/lib/libvirt var/cache/libvirt; do
    if ! [ -d "$state/$place" ]; then
        mkdir -p "$state/$place"
        cp -a "/$place/." "$state/$place/"
    fi
    mount --bind "$state/$place" "/$place"
done
mount -t tmpfs tmpfs /run
mkdir -p /run/lock
# What the new one shows of interfaces is this namespace's. Without cgroups libvirt does without, whatever kind they are of.
umount --recursive --lazy /sys
mount -t sysfs sysfs /sys
ip link set lo up
echo 1 >/proc/sys/net/ipv4/ip_forward

# As another user QEMU would be probed again at every call.
printf 'user = "root"\ngroup = "root"\nsecurity_driver = "none"\nremember_owner = 0\n' >/etc/libvirt/qemu.conf
virtlogd --daemon
libvirtd --daemon
waited=0
until virsh --connect qemu:///system uri >/dev/null 2>&1; do
    waited=$((waited + 1))
    [ "$waited" -lt 100 ] || { echo "libvirtd does not answer" >&2; exit 1; }
    sleep 0.1
done
# Those of machines that are there from earlier, too.
for network in $(virsh --connect qemu:///system net-list --inactive --name); do
    virsh --quiet --connect qemu:///system net-start "$network"
done

status=0
"$@" || status=$?
# The machines that it has started end with this namespace; orderly, so that their disks are closed.
for machine in $(virsh --connect qemu:///system list --name); do
    virsh --quiet --connect qemu:///system destroy "$machine" >/dev/null || true
done
exit "$status"
