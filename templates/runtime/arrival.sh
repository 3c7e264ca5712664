# shellcheck shell=sh
# What becomes of a package that is not installed yet, when apt and dpkg get it ($package_control, doctor.sh).

# control_field NAME: of one line; nothing where there is none.
control_field() { sed -n "s/^$1: *//p" "$package_control"; }

# examine_archive_format: makes $scratch/tried.deb, which has the package's fields and nothing else.
examine_archive_format() {
    if packs "$package_compression" "$package_control"; then
        finding ok dpkg "version $(dpkg_version) unpacks the package ($package_compression)"
    else
        finding fail dpkg "version $(dpkg_version) does not unpack the package ($package_compression)" \
            "build it with --compress xz (zstd needs dpkg 1.21.18, or Ubuntu 18.04)"
        packs gzip "$package_control" || true
    fi
}

# examine_architecture: fails where apt would not look any further.
examine_architecture() {
    theirs=$(control_field Architecture)
    ours=$(dpkg --print-architecture)
    if [ "$theirs" = "$ours" ] || [ "$theirs" = all ]; then
        finding ok architecture "$theirs, and the host is $ours"
    elif dpkg --print-foreign-architectures | grep -qx "$theirs"; then
        finding warn architecture "the package is for $theirs, the host is $ours and takes that as a foreign one" \
            "build it with --arch $ours, unless the host runs such programs"
    else
        finding fail architecture "the package is for $theirs, the host is $ours" "build it with --arch $ours"
        return 1
    fi
}

# examine_depends: apt's own word, on a package with the same fields. It writes no cache, and takes no lock.
examine_depends() {
    if ! command -v apt-get >/dev/null; then
        finding warn depends "not looked at: apt is not installed" "dpkg --install names what is missing"
        return
    fi
    # In English, as it is read here.
    if plan=$(LC_ALL=C apt-get --simulate --quiet --yes --allow-downgrades --allow-change-held-packages \
        -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= -o Debug::NoLocking=true \
        install "$scratch/tried.deb" 2>&1); then
        brings=$(planned Inst "$plan")
        goes=$(planned Remv "$plan")
        if [ -n "$goes" ]; then
            finding warn depends "apt would remove $goes" "see what needs that, before apt asks"
        elif [ -n "$brings" ]; then
            finding ok depends "apt brings $brings with it"
        else
            finding ok depends "all there"
        fi
        return
    fi
    missing=$(printf '%s\n' "$plan" | sed -n 's/^ *\([^ ]* : .*\)$/\1/p; s/^E: //p' | head -n 3 | tr -s ' \n' ' ')
    finding fail depends "apt can't install it: ${missing% }" \
        "apt-get update; else add the repository that has what is missing, or build for what this host has"
}

# planned Inst|Remv PLAN: the packages besides this one.
planned() {
    printf '%s\n' "$2" | sed -n "s/^$1 \([^ ]*\).*/\1/p" | grep -vx "$name" | tr '\n' ' ' | sed 's/ $//'
}

# examine_first_arrival: no release of it is here.
examine_first_arrival() {
    was=$(dpkg-query --show --showformat='${db:Status-Status} ${Version}' "$name" 2>/dev/null) || was=
    case $was in
        installed\ *)
            finding warn package "version ${was#* } is installed, and no package of mkdeb's: its own scripts decide whether it goes on serving" \
                "expect a restart, in which connections are refused; from then on upgrades hand over"
            ;;
        *) finding ok package "not installed: this is the first time, and nothing is handed over" ;;
    esac
    booted || return 0
    if [ "$(systemctl show --property=LoadState --value "$name.service")" = masked ]; then
        finding warn service "$name.service is masked: it is installed, and not started" "systemctl unmask $name"
    elif ! policy_allows; then
        finding warn service "policy-rc.d forbids its start: it is installed, and not started" "see /usr/sbin/policy-rc.d"
    elif [ -n "$(shadow)" ]; then
        shadowed
    fi
}

# examine_change: from the release that serves, or would, to the package's.
examine_change() {
    from=
    ! booted || from=$(serving)
    [ -n "$from" ] || from=$(linked current)
    [ -n "$from" ] || return 0
    here_version=$(setting "$from" VERSION)
    there_version=$(setting "$examined" VERSION)
    reason=$(obstacle "$from" "$examined")
    user=$(setting "$from" RUN_AS)
    if [ -n "$reason" ]; then
        finding warn change "from $here_version to $there_version $reason: this upgrade is a restart, and new connections in between are refused" \
            "upgrade when few are there; the one after that hands over again"
    elif [ "$(setting "$examined" HANDOFF)" = reuseport ] && [ "$user" != "$(setting "$examined" RUN_AS)" ]; then
        finding fail change "the user changes from $user to $(setting "$examined" RUN_AS), whom Linux does not let listen beside it: this upgrade will be refused" \
            "build it with the same 'user'; or stop $name first"
    elif dpkg --compare-versions "$there_version" lt "$here_version"; then
        finding warn change "back from $here_version to $there_version" "apt wants --allow-downgrades; '$name-handoff rollback' needs no package"
    elif [ "$there_version" = "$here_version" ]; then
        finding ok change "$there_version once more: apt takes it with --reinstall"
    else
        finding ok change "from $here_version to $there_version, with no request lost"
    fi
}
