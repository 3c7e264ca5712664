# shellcheck shell=sh
# An instance in a namespace needs the host to forward between its interfaces and the pair. The host's own settings are
# changed as little as that takes, while any instance of any package needs it, and are then what they were before. That
# this makes no router of the host, rules.sh sees to.

forwarding=$vip/forwarding
interfaces6=$forwarding/interfaces6
sysctls=/proc/sys/net

forwards_already4() { [ "$(cat $sysctls/ipv4/ip_forward)" = 1 ]; }

# Somebody else wants it: we leave the interfaces at 0.
forwards_already6() {
    for conf in "$sysctls"/ipv6/conf/*; do
        case ${conf##*/} in all | default | lo | mkdeb*) continue ;; esac
        if [ "$(cat "$conf/forwarding")" = 1 ]; then return 0; fi
    done
    return 1
}

# set_sysctl PATH VALUE: and remembers what it was.
set_sysctl() {
    [ "$(cat "$sysctls/$1")" != "$2" ] || return 0
    saved=$forwarding/before/$(echo "$1" | tr / :)
    if [ ! -e "$saved" ]; then
        cat "$sysctls/$1" >"$forwarding/saved.new"
        mv "$forwarding/saved.new" "$saved"
    fi
    echo "$2" >"$sysctls/$1"
}

# forward_on: may run twice. Linux asks for IPv4 whether the interface that a packet comes in by forwards.
forward_on() {
    mkdir -p "$forwarding/before"
    if ! forwards_already4; then
        for conf in "$sysctls"/ipv4/conf/*; do
            case ${conf##*/} in all | lo) continue ;; esac
            set_sysctl "ipv4/conf/${conf##*/}/forwarding" 1
        done
    fi
    if has_ipv6; then forward6_on; fi
    : >"$forwarding/on"
}

forward6_on() {
    if [ "$(cat $sysctls/ipv6/conf/all/forwarding)" = 0 ]; then
        : >"$forwarding/ipv6"
        set_forwarding6 1
    elif [ -e "$interfaces6" ]; then
        set_forwarding6 1
    fi
}

# set_forwarding6 VALUE: for IPv6, Linux asks all/forwarding alone. Setting that sets every interface's as well, and
# an interface that forwards takes no router advertisements (and drops the routes that it has from them) unless its
# accept_ra is 2: so that is 2 meanwhile, and each interface's settings are then put back. Should this be cut off, the
# next one goes on with what they were.
set_forwarding6() {
    if [ ! -e "$interfaces6" ]; then
        for conf in "$sysctls"/ipv6/conf/*; do
            [ "${conf##*/}" = all ] || echo "$conf/forwarding $(cat "$conf/forwarding")"
            [ "$(cat "$conf/accept_ra")" != 1 ] || echo "$conf/accept_ra 1"
        done >"$interfaces6.new"
        mv "$interfaces6.new" "$interfaces6"
    fi
    while read -r path value; do
        case $path in */accept_ra) put_sysctl "$path" 2 ;; esac
    done <"$interfaces6"
    echo "$1" >$sysctls/ipv6/conf/all/forwarding
    while read -r path value; do put_sysctl "$path" "$value"; done <"$interfaces6"
    rm "$interfaces6"
}

# put_sysctl PATH VALUE: its interface may have gone.
put_sysctl() { [ ! -e "$1" ] || echo "$2" >"$1"; }

# forward_off: when no instance of any package is in a namespace any more.
forward_off() {
    [ -d "$forwarding" ] || return 0
    if grep -qsx namespace "$networks"/*/isolation; then return 0; fi
    for saved in "$forwarding"/before/ipv4:*; do
        # Whoever forwards everywhere since then wants it to stay.
        if [ -e "$saved" ] && ! forwards_already4; then
            put_sysctl "$sysctls/$(echo "${saved##*/}" | tr : /)" "$(cat "$saved")"
        fi
    done
    if [ -e "$forwarding/ipv6" ] && { [ -e "$interfaces6" ] || ! forwards_already6; }; then set_forwarding6 0; fi
    rm -rf "$forwarding"
}

# keep_forwarding: somebody else has changed what the host forwards.
keep_forwarding() { one_network_at_a_time keep_forwarding_alone; }

keep_forwarding_alone() {
    [ -e "$forwarding/on" ] || return 0
    load_rules
    forward_on
}
