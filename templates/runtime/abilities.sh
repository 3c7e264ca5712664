# shellcheck shell=sh
# What this host's kernel, systemd and dpkg can do; tried, where that can be, on something of its own.

# examine_steering LEVEL: how bad it is where that is forbidden.
examine_steering() {
    if ! is_root; then
        finding warn pidfd_getfd "not tried: only root may" "$ask_again"
        finding warn bpf "not tried: only root may" "$ask_again"
        return
    fi
    if reason=$(perl "$here/try-steering" borrow 2>&1); then
        finding ok pidfd_getfd "allowed: a handoff can borrow the app's listening sockets"
    else
        finding "$1" pidfd_getfd "forbidden ($reason): a new instance takes connections as soon as it listens, before it is checked; there is no canary" \
            "allow pidfd_getfd(2) in whatever confines this host (systemd-nspawn: --system-call-filter=pidfd_getfd; Linux 5.6, CAP_SYS_PTRACE); or build with 'handoff: socket'"
    fi
    if reason=$(perl "$here/try-steering" attach 2>&1); then
        finding ok bpf "allowed: new connections can be steered among SO_REUSEPORT sockets"
    else
        finding "$1" bpf "forbidden ($reason): a new instance takes connections as soon as it listens, before it is checked; there is no canary" \
            "allow bpf(2) in whatever confines this host (systemd-nspawn: --system-call-filter=bpf; CAP_BPF, CAP_NET_ADMIN); or build with 'handoff: socket'"
    fi
}

# examine_migration LEVEL: how bad it is where there is none.
examine_migration() {
    if [ -w /proc/sys/net/ipv4/tcp_migrate_req ] || { ! is_root && [ -e /proc/sys/net/ipv4/tcp_migrate_req ]; }; then
        finding ok tcp_migrate_req "there: what waits in the queue of a socket that closes moves to another one"
    else
        finding "$1" tcp_migrate_req "not there, or not to be written: what waits in the queue of a socket that closes may be lost" \
            "use Linux 5.14 or later, with /proc/sys/net writable"
    fi
}

# examine_own_networks LEVEL: how bad it is where there are none.
examine_own_networks() {
    if ! is_root; then
        finding warn nftables "not tried: only root may" "$ask_again"
    elif ! command -v nft >/dev/null || ! command -v ip >/dev/null; then
        finding warn nftables "not tried: nftables or iproute2 is not installed (the package depends on them, apt brings them)" \
            "apt install nftables iproute2, and ask again"
    elif reason=$(sh "$here/try-network" 2>&1); then
        finding ok nftables "usable: maps, conntrack and network namespaces"
    else
        finding "$1" nftables "not usable: $(echo "$reason" | head -n 1)" \
            "the kernel needs nf_tables, nf_nat, nf_conntrack, nft_fib_inet and veth, and root CAP_NET_ADMIN and CAP_SYS_ADMIN"
    fi
}

# 247: what the package depends on. 249: StopPropagatedFrom=, in the instance's unit.
examine_systemd() {
    found_version=$(systemctl --version 2>/dev/null | sed -n '1s/^systemd \([0-9]*\).*/\1/p')
    if [ -z "$found_version" ]; then
        finding fail systemd "not installed" "apt install systemd"
    elif [ "$found_version" -lt 247 ]; then
        finding fail systemd "version $found_version" "247 or later is needed: Debian 11, Ubuntu 22.04"
    elif ! booted; then
        finding warn systemd "version $found_version, and it does not run here (a chroot, or a container without it): a package is installed, and starts at the first boot" \
            "ask again where it shall run"
    elif [ "$found_version" -lt 249 ]; then
        finding warn systemd "version $found_version: if a service is masked while it runs, its instances go on" \
            "stop it before it is masked, or use systemd 249"
    else
        finding ok systemd "version $found_version"
    fi
}

# examine_dpkg: whether it unpacks zstd, in which packages are built unless told otherwise.
examine_dpkg() {
    if packs zstd; then
        finding ok dpkg "version $(dpkg_version) unpacks zstd"
    else
        finding warn dpkg "version $(dpkg_version) does not unpack zstd" "build packages for this host with --compress xz"
    fi
}

dpkg_version() { dpkg-query --show --showformat='${Version}' dpkg 2>/dev/null || echo unknown; }

# packs COMPRESSION [CONTROL]: whether dpkg-deb does, and therefore unpacks it; makes $scratch/tried.deb of nothing but a
# control file. Tried: Ubuntu's could do so long before Debian's.
packs() {
    rm -rf "$scratch/tried"
    mkdir -p "$scratch/tried/DEBIAN"
    if [ -n "${2:-}" ]; then
        cp "$2" "$scratch/tried/DEBIAN/control"
    else
        printf 'Package: tried\nVersion: 1\nArchitecture: all\nMaintainer: nobody\nDescription: tried\n' \
            >"$scratch/tried/DEBIAN/control"
    fi
    chmod -R u=rwX,go=rX "$scratch/tried"
    dpkg-deb --build -Z"$1" "$scratch/tried" "$scratch/tried.deb" >/dev/null 2>&1
}
