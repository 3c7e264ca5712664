# shellcheck shell=sh
# Whether the next upgrade can do all that its handoff promises on this host. Changes nothing. Each check ends in one
# finding, `ok`, `warn` or `fail`, and says what to do.
#
#   abilities.sh   what the kernel, systemd and dpkg can do      room.sh   memory, disk and ports for one more instance
#   condition.sh   the handoff's own state: what is half done, what has failed, how the last one went
#   arrival.sh     what becomes of a package that is not installed yet

# shellcheck source-path=SCRIPTDIR source=abilities.sh
. "$here/abilities.sh"
# shellcheck source-path=SCRIPTDIR source=room.sh
. "$here/room.sh"
# shellcheck source-path=SCRIPTDIR source=condition.sh
. "$here/condition.sh"
# shellcheck source-path=SCRIPTDIR source=arrival.sh
. "$here/arrival.sh"

# doctor [--json]: of what is installed. `mkdeb doctor` asks for more, with this runtime in a directory of its own:
#   --package CONTROL COMPRESSION KIB FILES   of the package that this runtime came in: its control file, how it is
#                                             compressed (zstd, xz, gzip or none), its size, the number of its files
#   --handoff HANDOFF                         whether this host can do what the handoff needs
#   --host                                    what every handoff needs
# Exit 1 where a check fails, else 0.
doctor() {
    as_json=
    examines=installed
    package_control=
    while [ $# -gt 0 ]; do
        case $1 in
            --json) as_json=yes ;;
            --package)
                examines=package
                package_control=$2
                package_compression=$3
                package_kib=$4
                package_files=$5
                shift 4
                ;;
            --handoff)
                examines=handoff
                asked_handoff=$2
                shift
                ;;
            --host) examines=host ;;
            *)
                echo "$name-handoff: unknown option '$1'; doctor takes --json" >&2
                exit 2
                ;;
        esac
        shift
    done
    findings=
    worst=ok
    make_scratch
    ask_again="run $name-handoff doctor as root"
    [ "$examines" = installed ] || ask_again="run mkdeb doctor as root"
    if ! is_root && [ "$examines" != handoff ]; then
        finding warn root "not run as root: what only root may try or see is left out" "$ask_again"
    fi
    case $examines in
        installed) doctor_of_installed ;;
        package) doctor_of_package ;;
        handoff) doctor_of_handoff ;;
        host) doctor_of_host ;;
    esac
    if [ -n "$as_json" ]; then
        printf '{"name":"%s","result":"%s","checks":[%s]}\n' "$name" "$worst" "$findings"
    fi
    [ "$worst" != fail ]
}

is_root() { [ "$(id -u)" = 0 ]; }

# make_scratch: a directory for what checks try, in memory where that can be: the disk may be full, or read-only.
make_scratch() {
    scratch=
    # What takes it away is not to be ended by a second signal.
    trap 'trap "" INT TERM HUP; [ -z "$scratch" ] || rm -rf "$scratch"' EXIT
    trap 'trap "" INT TERM HUP; exit 130' INT
    trap 'trap "" INT TERM HUP; exit 143' TERM HUP
    # mktemp would tell the name only once it is there.
    random=$(od -An -N8 -tx1 /dev/urandom | tr -d ' \n')
    for place in /run "${TMPDIR:-/tmp}" /var/tmp /dev/shm; do
        scratch=$place/doctor.$random
        if ! mkdir -m 700 "$scratch" 2>/dev/null; then
            scratch=
            continue
        fi
        if head -c 64K /dev/zero >"$scratch/room" 2>/dev/null && rm "$scratch/room"; then
            # For dpkg-deb, too.
            export TMPDIR="$scratch"
            return 0
        fi
        rm -rf "$scratch"
    done
    echo "$name-handoff: doctor needs a directory to try things in: no room in /run, ${TMPDIR:-/tmp}, /var/tmp and /dev/shm, or they can't be written to" >&2
    exit 2
}

doctor_of_installed() {
    if [ -e "$releases" ] && ! releases_are_whole; then return; fi
    examined=$(linked current)
    if [ -z "$examined" ] && [ -e "$root/dist/.mkdeb/settings" ]; then examined=$root/dist; fi
    if [ -z "$examined" ]; then
        finding fail handoff "no release of $name is on this host" "dpkg --configure -a"
        return
    fi
    use_handoff "$examined"
    examine_host fail
    examine_systemd
    examine_dpkg
    examine_room
    if [ -e "$releases" ]; then examine_condition; fi
}

# doctor_of_package: one that is not installed, and whose runtime this is; what is looked at is the host's.
doctor_of_package() {
    examined=$root/dist
    root=/usr/lib/$name
    releases=$root/releases
    use_handoff "$examined"
    examine_host fail
    examine_systemd
    examine_archive_format
    if examine_architecture; then examine_depends; fi
    examine_room
    if [ ! -e "$releases" ]; then
        examine_first_arrival
    elif releases_are_whole; then
        examine_condition
        examine_change
    fi
}

# doctor_of_handoff: for no package in particular: as yet nothing needs it.
doctor_of_handoff() {
    examined=
    # shellcheck source-path=SCRIPTDIR source=any-handoff.sh
    . "$here/any-handoff.sh"
    # shellcheck disable=SC1090
    . "$here/$asked_handoff.sh"
    examine_host warn
    [ -n "$findings" ] || finding ok "$asked_handoff" "needs nothing but systemd"
}

doctor_of_host() {
    examine_systemd
    examine_dpkg
    finding ok memory "$(mb "$(available_kib)") available"
    if examine_place /usr/lib; then finding ok disk "$(mb "$(free_kib /usr/lib)") free in /usr/lib"; fi
}

# finding LEVEL CHECK TEXT [WHAT_TO_DO]
finding() {
    case $1/$worst in
        fail/*) worst=fail ;;
        warn/ok) worst=warn ;;
    esac
    if [ -z "$as_json" ]; then
        printf '%-4s  %-14s  %s\n' "$1" "$2" "$3"
        [ -z "${4:-}" ] || printf '%22s-> %s\n' '' "$4"
        return
    fi
    doing=null
    [ -z "${4:-}" ] || doing="\"$(json_text "$4")\""
    findings="$findings${findings:+,}{\"check\":\"$2\",\"result\":\"$1\",\"says\":\"$(json_text "$3")\",\"do\":$doing}"
}

# json_text TEXT: names of programs and files may hold anything.
json_text() {
    printf '%s\n' "$1" | LC_ALL=C sed -e ':all' -e '$!{N;b all' -e '}' -e 's/[\n\t]/ /g; s/[^ -~]//g; s/[\\"]/\\&/g'
}
