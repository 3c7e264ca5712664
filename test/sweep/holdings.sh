#!/bin/sh
# What this host holds while nothing happens, a name and a number a line.
systemctl list-units --all --plain --no-legend --full | wc -l | sed 's/^/units /'
wc -l </proc/1/mountinfo | sed 's/^/mounts /'
find /sys/fs/cgroup -type d ! -path '*/outside*' | wc -l | sed 's/^/cgroups /'
ip netns list | wc -l | sed 's/^/network-namespaces /'
ip -o link | wc -l | sed 's/^/link-devices /'
# Of vip's instances, too: each has its own.
ip -o address | wc -l | sed 's/^/addresses /'
if command -v nft >/dev/null; then nft list ruleset | wc -l | sed 's/^/lines-of-nft-rules /'; fi
find /run -xdev | wc -l | sed 's/^/files-in-run /'
find /usr/lib/hello-* /usr/lib/systemd/system -type f -o -type l | wc -l | sed 's/^/installed-files /'
# Without kernel threads and this script's own processes. The apps' memory is left out: each instance is new, and its
# runtime's garbage is its own affair.
processes=0 descriptors=0 memory=0
for process in /proc/[0-9]*; do
    if grep -q '/outside' "$process/cgroup" 2>/dev/null || ! [ -r "$process/exe" ]; then continue; fi
    processes=$((processes + 1))
    # shellcheck disable=SC2012
    descriptors=$((descriptors + $(ls "$process/fd" 2>/dev/null | wc -l)))
    if ! grep -q '@.*\.service' "$process/cgroup"; then
        memory=$((memory + $(awk '/^RssAnon:/ { print $2 }' "$process/status")))
    fi
done
echo "processes $processes"
echo "descriptors $descriptors"
# shellcheck disable=SC2012
echo "descriptors-of-systemd $(ls /proc/1/fd | wc -l)"
awk '/^RssAnon:/ { print "memory-of-systemd-in-kB", $2 }' /proc/1/status
echo "memory-of-the-system-in-kB $memory"
