# shellcheck shell=sh
# Whether the next upgrade can do all that its handoff promises on this host. Changes nothing. Each check ends in one
# finding, `ok`, `warn` or `fail`, and says what to do.
#
#   abilities.sh   what the kernel, systemd and dpkg can do      room.sh   memory, disk and ports for one more instance
#   condition.sh   the handoff's own state: what is half done, what has failed, how the last one went

# shellcheck source-path=SCRIPTDIR source=abilities.sh
. "$here/abilities.sh"
# shellcheck source-path=SCRIPTDIR source=room.sh
. "$here/room.sh"
# shellcheck source-path=SCRIPTDIR source=condition.sh
. "$here/condition.sh"

# doctor [--json]: exit 1 where a check fails, else 0.
doctor() {
    as_json=
    while [ $# -gt 0 ]; do
        case $1 in
            --json) as_json=yes ;;
            *)
                echo "$name-handoff: unknown option '$1'; doctor takes --json" >&2
                exit 2
                ;;
        esac
        shift
    done
    if [ "$(id -u)" != 0 ]; then
        echo "$name-handoff: doctor tries what only root may do: run it as root" >&2
        exit 2
    fi
    examined=$(linked current)
    if [ -z "$examined" ] && [ -e "$root/dist/.mkdeb/settings" ]; then examined=$root/dist; fi
    findings=
    worst=ok
    examine_app
    if [ -n "$as_json" ]; then
        printf '{"name":"%s","result":"%s","checks":[%s]}\n' "$name" "$worst" "$findings"
    fi
    [ "$worst" != fail ]
}

examine_app() {
    if [ -z "$examined" ]; then
        finding fail handoff "no release of $name is on this host" "dpkg --configure -a"
        return
    fi
    use_handoff "$examined"
    examine_host
    examine_systemd
    examine_dpkg
    examine_memory
    examine_disk
    examine_archive
    examine_ports
    if [ -e "$releases" ]; then examine_condition; fi
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
json_text() { printf '%s' "$1" | LC_ALL=C tr '\n\t' '  ' | LC_ALL=C tr -cd ' -~' | sed 's/[\\"]/\\&/g'; }
