# Removed together with the package, so that a new install starts them again.
started_units=/usr/lib/$name/started-units

# start_unit UNIT FIRST UPGRADE: what is done to it at the first install, and at an upgrade where it runs: what the admin
# has stopped stays stopped. One that does not start is said; the package is installed all the same.
start_unit() {
    todo=$2
    if grep -qxF "$1" "$started_units" 2>/dev/null; then
        case $(systemctl show --property=ActiveState --value "$1" 2>/dev/null) in
            active | activating | reloading) todo=$3 ;;
            failed) if [ "$3" = reload ]; then todo=restart; else todo=$3; fi ;;
            *) todo=none ;;
        esac
    else
        mkdir -p "/usr/lib/$name"
        echo "$1" >>"$started_units"
    fi
    if [ "$todo" = none ] || [ ! -d /run/systemd/system ]; then return 0; fi
    if ! deb-systemd-invoke "$todo" "$1"; then
        echo "$name: $todo of $1 failed; what to do: systemctl status $1" >&2
    fi
}

start_units() {
    if [ -d /run/systemd/system ]; then systemctl --system daemon-reload || true; fi
<% for (const unit of treated) { -%>
    start_unit <%= [unit.name, unit.first, unit.later] %>
<% } -%>
}
