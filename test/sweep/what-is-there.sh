#!/bin/sh
# what-is-there.sh NAME PORT: everything on this host that an upgrade of NAME could leave behind, a line each.
name=$1 port=$2
root=/usr/lib/$name
releases=$root/releases

for path in "$releases"/* "$releases"/.[!.]*; do
    if [ -h "$path" ]; then
        echo "link ${path##*/} -> $(readlink "$path")$([ -e "$path" ] || echo ', which is not there')"
    elif [ -e "$path" ]; then
        echo "release ${path##*/}"
    fi
done
find /usr/lib/systemd/system /run/systemd/system /etc/systemd/system -name "*$name*" -printf 'file %p\n'
find /run /tmp /var/tmp /usr/lib/"$name" -maxdepth 3 \( -name "*$name*" -o -name '*mkdeb*' \) ! -path '/run/systemd/*' \
    ! -path "$releases/*" ! -path '/run/mkdeb*/*' -printf 'file %p\n' | sed 's/systemd-private-[^ ]*-\(.*\)-[A-Za-z0-9]*$/private-tmp-of-\1/'
# A socket unit is `listening` from the end of an instance to the next connection, then `running`.
systemctl list-units --all --plain --no-legend --full "*$name*" |
    sed 's/  */ /g; s/^/unit /; s/active listening/active running/' | cut -d ' ' -f 1-5
systemctl list-jobs --no-legend | grep -F "$name" | sed 's/^ *[0-9]* */job /'
systemctl --failed --plain --no-legend --full | sed 's/ .*//; s/^/failed /'
for unit in $(systemctl list-units --plain --no-legend --full "$name@*.service" | cut -d ' ' -f 1); do
    echo "restarts of $unit: $(systemctl show --property=NRestarts --value "$unit")"
done
echo "network namespaces: $(ip netns list | sort | tr '\n' ' ')"
ip -o link | sed 's/^[0-9]*: \([^:@]*\).*/link device \1/'
# Link-local addresses come from the hardware's, which changes with every boot of a test host.
ip -o address | sed -n '/ fe80:/!s/^[0-9]*: *\([^ ]* *[^ ]* [^ ]*\).*/address \1/p'
ip rule | sed 's/^/rule /'
if command -v nft >/dev/null; then nft list ruleset | sed 's/^/nft /'; fi
echo "tcp_migrate_req $(cat /proc/sys/net/ipv4/tcp_migrate_req)"
echo "dpkg $(dpkg-query -W -f '${Status} version=${Version}' "$name")"
perl - "$root/handoff" "$name" "$port" <<'PERL'
# Whether a BPF program steers the port's listeners. (Asked by taking it away: there is none to be.)
use strict; use warnings;
my ($runtime, $name, $port) = @ARGV;
require "$runtime/sockets.pl";
require "$runtime/steering.pl";
for my $socket (listeners('/sys/fs/cgroup', $port)) {
    next if $socket->{process} == 1;
    my $borrowed = borrow($socket->{process}, $socket->{fd});
    print "BPF program on port $port\n" if setsockopt $borrowed, SOL_SOCKET(), SO_DETACH_REUSEPORT_BPF(), pack 'i', 0;
}
PERL
# And what a process holds open; systemd (1) has some of its own.
find /proc/[0-9]*/fd ! -path '/proc/1/*' -lname 'anon_inode:bpf-*' -printf 'held BPF %l\n' 2>/dev/null
# Commands from outside are in a cgroup of their own: of an upgrade that was cut off none may be left.
while read -r pid; do
    case $(tr '\0' ' ' <"/proc/$pid/cmdline") in
    *dpkg* | *apt-get* | *"/$name/"*) echo "process $(tr '\0' ' ' <"/proc/$pid/cmdline")" ;;
    esac
done </sys/fs/cgroup/outside/cgroup.procs 2>/dev/null
exit 0
