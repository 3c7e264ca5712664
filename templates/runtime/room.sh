# shellcheck shell=sh
# Whether one more instance and one more release have room on this host: memory, disk, ports. Sizes are in KiB.

examine_room() {
    examine_memory
    examine_disk
    examine_archive
    examine_ports
}

# examine_memory: a new instance runs beside the old one until that has drained, and mostly needs what that one has.
examine_memory() {
    available=$(available_kib)
    runs_now=
    ! booted || runs_now=$(serving)
    if [ -z "$runs_now" ]; then
        finding ok memory "$(mb "$available") available; what an instance needs shows when one runs"
        return
    fi
    used=$(instance_kib "$runs_now")
    limit=$(group_room_kib "$(unit_group "$runs_now")")
    within=
    if [ -n "$limit" ] && [ "$limit" -lt "$available" ]; then
        available=$limit
        within=" within the limits of its slice"
    fi
    room="an instance uses $(mb "$used"), $(mb "$available") are available$within"
    help="give this host more memory, or stop what needs it, before the next upgrade: two instances run side by side"
    if [ "$used" -gt $((available + $(meminfo SwapFree))) ]; then
        finding fail memory "$room" "$help"
    elif [ $((used * 5 / 4)) -gt "$available" ]; then
        finding warn memory "$room" "$help"
    else
        finding ok memory "$room"
    fi
}

# mb KIB: for people.
mb() { if [ "$1" -ge 1024 ]; then echo "$(($1 / 1024)) MB"; else echo "$1 kB"; fi; }

# meminfo KEY
meminfo() { sed -n "s/^$1: *\([0-9]*\) kB/\1/p" /proc/meminfo; }

available_kib() { meminfo MemAvailable; }

# unit_group ID: the cgroup directory of its unit. Pure v2, hybrid and v1 hosts differ in the place.
unit_group() {
    group=$(systemctl show --property=ControlGroup --value "$(unit "$1")")
    [ -n "$group" ] || return 0
    for mount in /sys/fs/cgroup /sys/fs/cgroup/unified /sys/fs/cgroup/systemd; do
        if [ -e "$mount$group/cgroup.procs" ]; then
            echo "$mount$group"
            return 0
        fi
    done
}

# instance_kib ID: what its processes have for themselves; files that they only read are not counted.
instance_kib() {
    if shares_unit "$1"; then
        processes=$(generation_processes "$1")
    else
        processes=$(find "$(unit_group "$1")" -name cgroup.procs -exec cat {} + 2>/dev/null) || true
    fi
    total=0
    for process in $processes; do
        own=$(sed -n 's/^Rss\(Anon\|Shmem\):[[:space:]]*\([0-9]*\) kB/\2/p' "/proc/$process/status" 2>/dev/null | tr '\n' '+')
        total=$((total + ${own}0))
    done
    echo "$total"
}

# group_room_kib DIRECTORY: what the groups above a unit's still allow, if any of them has a limit (MemoryMax= of a slice).
group_room_kib() {
    above=${1%/*}
    least=
    while [ -e "$above/cgroup.procs" ]; do
        max=$(cat "$above/memory.max" 2>/dev/null) || max=max
        if [ "$max" != max ] && [ -n "$max" ]; then
            # Files in the cache make room when it is needed.
            cached=$(sed -n 's/^\(in\)\{0,1\}active_file //p' "$above/memory.stat" | tr '\n' '+')
            left=$(((max - $(cat "$above/memory.current") + ${cached}0) / 1024))
            if [ -z "$least" ] || [ "$left" -lt "$least" ]; then least=$left; fi
        fi
        above=${above%/*}
    done
    echo "$least"
}

# release_kib: what the next package takes when it is unpacked: what the one at hand says, else what the installed one does.
release_kib() {
    if [ -n "$package_control" ]; then
        size=$(control_field Installed-Size)
        echo "${size:-0}"
        return
    fi
    size=$(dpkg-query --show --showformat='${Installed-Size}' "$name" 2>/dev/null) || size=
    if [ -z "$size" ]; then size=$(du -sk "$root" | cut -f 1); fi
    echo "$size"
}

# existing PATH: it, or what there is above it.
existing() {
    found=$1
    until [ -e "$found" ]; do found=${found%/*}; done
    echo "${found:-/}"
}

# free_kib PATH, free_inodes PATH: the second prints nothing where the filesystem does not count them.
free_kib() { df -k --output=avail "$1" | tail -n 1 | tr -cd '0-9'; }
free_inodes() { df --output=iavail "$1" | tail -n 1 | tr -cd '0-9'; }

# examine_place DIRECTORY: whether dpkg can write there at all.
examine_place() {
    case ,$(findmnt --noheadings --output OPTIONS --target "$1" 2>/dev/null), in
        *,ro,*) ;;
        *) return 0 ;;
    esac
    finding fail disk "$1 is mounted read-only: dpkg can't write there" "mount -o remount,rw $(findmnt --noheadings --output TARGET --target "$1")"
    return 1
}

# examine_disk: dpkg writes the new files before it takes away the old ones, which the old release keeps.
examine_disk() {
    place=$(existing "$root")
    examine_place "$place" || return 0
    needed=$(release_kib)
    # A release is made of hard links to dist, which cost no space; where these can't be, of copies.
    if [ -d "$releases" ] && [ "$(stat -c %d "$releases")" != "$(stat -c %d "$root/dist" 2>/dev/null)" ]; then
        needed=$((needed * 2))
    fi
    free=$(free_kib "$place")
    room="one more release takes $(mb "$needed"), $(mb "$free") are free in $place"
    help="make room in $place, or build with a smaller 'keep' ('$name-handoff releases' shows what is kept)"
    if [ "$free" -lt "$needed" ]; then
        finding fail disk "$room" "$help"
    elif [ "$free" -lt $((needed * 2)) ]; then
        finding warn disk "$room" "$help"
    else
        finding ok disk "$room"
    fi
    files=${package_files:-$(find "$root/dist" 2>/dev/null | wc -l)}
    inodes=$(free_inodes "$place")
    if [ -n "$inodes" ] && [ "$inodes" -lt "$files" ]; then
        finding fail inodes "one more release is $files files, $inodes inodes are free in $place" "$help"
    fi
}

# examine_archive: apt gets a package from a repository into its archive first. One that is not at hand is no larger than
# its files.
examine_archive() {
    archive=/var/cache/apt/archives
    if command -v apt-config >/dev/null; then eval "$(apt-config shell archive Dir::Cache::archives/d)"; fi
    needed=${package_kib:-$(release_kib)}
    place=$(existing "${archive%/}")
    free=$(free_kib "$place")
    room="the package is $(mb "$needed") at most, $(mb "$free") are free in $place"
    if [ "$free" -lt "$needed" ]; then
        finding warn apt "$room" "apt clean; or install it from a file, which apt does not copy"
    else
        finding ok apt "$room"
    fi
}

# examine_ports: whether somebody else listens where the app shall.
examine_ports() {
    # shellcheck disable=SC2046
    if ! taken=$(perl "$here/port-holders" "$name" $(setting "$examined" LISTEN) 2>&1); then
        finding warn ports "could not be looked at: $taken" "ss --listening --tcp --processes"
    elif [ -z "$taken" ]; then
        finding ok ports "$(setting "$examined" LISTEN): nobody else listens there"
    elif ! is_root && [ -e "$releases" ]; then
        finding warn ports "somebody listens there, perhaps $name itself: only root sees who" "$ask_again"
    else
        while read -r port holder; do
            finding fail ports "port $port is taken by $holder" \
                "stop that one, or give it another port; or build $name with another 'port'"
        done <<TAKEN
$taken
TAKEN
    fi
}
