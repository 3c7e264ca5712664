# shellcheck shell=sh
# What keeps the instances of a `vip` service apart: an address of its own on lo (ISOLATE=address), or a network
# namespace of its own behind a veth pair (ISOLATE=namespace). Either way an instance is reached at an IPv4 and an IPv6
# address that no other instance on the host has. All of it is gone after a reboot.

vip=/run/mkdeb-vip
networks=$vip/networks

# From the block that RFC 2544 sets aside for benchmarks, and a ULA prefix (RFC 4193) that was drawn once.
all4=198.18.0.0/16
all6=fd4c:91a7:2e5b::/48
host4() { slot_address "$1" 1; }
own4() { slot_address "$1" 2; }
slot_address() { echo "198.18.$(($1 / 64)).$(($1 % 64 * 4 + $2))"; }
host6() { printf 'fd4c:91a7:2e5b:%x::1\n' "$1"; }
own6() { printf 'fd4c:91a7:2e5b:%x::2\n' "$1"; }
last_slot=16383

# The host's end of the pair; its beginning marks it as ours (rules.sh).
link_name() { echo "mkdeb$1"; }

has_ipv6() { [ "$(cat /proc/sys/net/ipv6/conf/all/disable_ipv6 2>/dev/null)" = 0 ] && [ "$(cat /proc/sys/net/ipv6/conf/lo/disable_ipv6)" = 0 ]; }

has_network() { [ -s "$networks/$name@$1/slot" ]; }

# What the release was built with; the release itself may be gone already.
known_ports() { cat "$networks/$name@$1/ports"; }

slot_of() { cat "$networks/$name@$1/slot"; }

isolation_of() { cat "$networks/$name@$1/isolation"; }

# network_ids: the releases of this package that have a network.
network_ids() {
    for found in "$networks/$name@"*/slot; do
        found=${found%/slot}
        if [ -s "$found/slot" ]; then echo "${found#"$networks/$name@"}"; fi
    done
}

# way_into ID: the words before a command that shall run in its network.
way_into() {
    if has_network "$1" && [ "$(isolation_of "$1")" = namespace ]; then echo "nsenter --net=/run/netns/$name@$1"; fi
}

# reachable_addresses ID: where it has to listen so that clients can be sent to it.
reachable_addresses() {
    has_network "$1" || return 0
    reachable="$(own4 "$(slot_of "$1")") $(own6 "$(slot_of "$1")")"
    if [ "$(isolation_of "$1")" = namespace ]; then reachable="$reachable 0.0.0.0 :: $(loopback_listeners "$1" | cut -d ' ' -f 1)"; fi
    echo "$reachable"
}

# one_network_at_a_time COMMAND ARGUMENTS: networks, tables and forwarding are made and taken away by one process at a
# time, of all packages.
one_network_at_a_time() {
    (
        flock --timeout 60 8
        "$@"
    ) 8>/run/lock/mkdeb-vip
}

# give_network ID: by systemd, in whose mount namespace the network namespace has to appear. The instance's own unit asks
# for it too, whenever it starts.
give_network() {
    systemctl start "$name-handoff@network:$1.service" && return 0
    journalctl --unit="$name-handoff@network:$1.service" --lines=5 --output=cat --quiet --no-pager >&2 || true
    return 1
}

# make_network ID: may run twice.
make_network() { one_network_at_a_time make_network_alone "$1"; }

make_network_alone() {
    mkdir -p "$networks/$name@$1" "$tables"
    # It was wound down and comes back.
    if [ ! -e "$tables/target" ] || [ "$(cat "$tables/target")" = "nobody $1 0" ]; then echo "$1" >"$tables/target"; fi
    printf '%s' "$(setting "$1" ISOLATE)" >"$networks/$name@$1/isolation"
    printf '%s' "$(ports_of "$1")" >"$networks/$name@$1/ports"
    has_network "$1" || free_slot >"$networks/$name@$1/slot"
    slot=$(slot_of "$1")
    case $(isolation_of "$1") in
        address) make_address "$1" ;;
        namespace) make_namespace "$1" ;;
    esac
    load_rules
    # The rules first: they keep the host from forwarding for anybody else.
    if [ "$(isolation_of "$1")" = namespace ]; then forward_on; fi
}

# free_slot: a number whose addresses nobody on this host uses.
free_slot() {
    slot=1
    while [ "$slot" -le "$last_slot" ]; do
        if ! cat "$networks"/*/slot 2>/dev/null | grep -qx "$slot" &&
            ! ip -4 route show match "$(own4 "$slot")" | grep -qv '^default\|^[0-9.]*/[1-7] '; then
            echo "$slot"
            return 0
        fi
        slot=$((slot + 1))
    done
    echo "$name-handoff: no address of 198.18.0.0/16 is free for an instance: this host has routes there (ip route)" >&2
    return 1
}

# The app is told with HOST, HOST6 and PORT. `scope host` and preferred_lft 0: nobody speaks from it unasked.
make_address() {
    ip -4 address replace "$(own4 "$slot")/32" dev lo scope host
    if has_ipv6; then ip -6 address replace "$(own6 "$slot")/128" dev lo nodad preferred_lft 0; fi
    cat >"$networks/$name@$1/environment" <<TEXT
HOST=$(own4 "$slot")
HOST6=$(own6 "$slot")
PORT=$(setting "$1" PORTS | cut -d ' ' -f 1)
TEXT
}

make_namespace() {
    space=$name@$1
    link=$(link_name "$slot")
    [ -e "/run/netns/$space" ] || ip netns add "$space"
    # Addresses that are given are left alone by udev, and nobody has to ask for them.
    number=$(printf '%02x:%02x' $((slot / 256)) $((slot % 256)))
    mac_here=02:6d:6b:00:$number
    mac_there=02:6d:6b:01:$number
    [ -e "/proc/sys/net/ipv4/conf/$link" ] ||
        ip link add "$link" address "$mac_here" type veth peer name eth0 address "$mac_there" netns "$space"
    ip link set "$link" addrgenmode none up
    ip -n "$space" link set lo up
    ip -n "$space" link set eth0 addrgenmode none up
    # For clients at 127.0.0.1 (rules.sh).
    echo 1 >"/proc/sys/net/ipv4/conf/$link/route_localnet"
    make_ends -4 "$(host4 "$slot")" "$(own4 "$slot")" 30
    if has_ipv6; then
        echo 0 >"/proc/sys/net/ipv6/conf/$link/accept_ra"
        make_ends -6 "$(host6 "$slot")" "$(own6 "$slot")" 64 nodad
        # What route_localnet is for IPv4: answers to clients at ::1 come in here.
        ip -6 route replace local ::1/128 dev "$link" table local metric 2000
    fi
    lead_to_loopback "$1"
    make_resolv_conf "$1"
}

# make_ends FAMILY HERE THERE LENGTH [nodad]
make_ends() {
    # shellcheck disable=SC2086
    ip "$1" address replace "$2/$4" dev "$link" ${5:-}
    # shellcheck disable=SC2086
    ip -n "$space" "$1" address replace "$3/$4" dev eth0 ${5:-}
    ip "$1" neighbour replace "$3" lladdr "$mac_there" dev "$link" nud permanent
    ip -n "$space" "$1" neighbour replace "$2" lladdr "$mac_here" dev eth0 nud permanent
    ip -n "$space" "$1" route replace default via "$2"
}

# loopback_listeners ID: ADDRESS PORT of each address on loopback that the app is said to listen on.
loopback_listeners() {
    for listener in $(setting "$1" LISTEN); do
        case $listener in
            127.*:*) echo "${listener%:*} ${listener##*:}" ;;
            '[::1]:'*) echo "::1 ${listener##*:}" ;;
        esac
    done
}

# lead_to_loopback ID: a program that listens on its loopback alone gets its clients there.
lead_to_loopback() {
    [ -n "$(loopback_listeners "$1")" ] || return 0
    {
        echo "table inet loopback {}"
        echo "delete table inet loopback"
        echo "table inet loopback {"
        echo "chain clients {"
        echo "type nat hook prerouting priority dstnat;"
        loopback_listeners "$1" | while read -r address port; do
            case $address in
                *:*) echo "iifname eth0 tcp dport $port dnat ip6 to $address" ;;
                *) echo "iifname eth0 tcp dport $port dnat ip to $address" ;;
            esac
        done
        echo '}'
        echo '}'
    } | $(way_into "$1") nft -f -
    $(way_into "$1") sh -c 'echo 1 >/proc/sys/net/ipv4/conf/eth0/route_localnet'
    if has_ipv6; then ip -n "$space" -6 route replace local ::1/128 dev eth0 table local metric 2000; fi
}

# A resolver on the host's loopback can't be reached from a namespace: then the servers behind it, where systemd-resolved
# knows them, or the host's end of the pair, which rules.sh leads to the resolver.
make_resolv_conf() {
    rm -f "$networks/$name@$1/resolv.conf" "$networks/$name@$1/resolver"
    resolver=$(sed -n 's/^nameserver[[:space:]]*\(127\.[0-9.]*\|::1\)[[:space:]]*$/\1/p' /etc/resolv.conf 2>/dev/null | head -n 1)
    case $resolver in
        '') ;;
        127.0.0.53 | 127.0.0.54) cp /run/systemd/resolve/resolv.conf "$networks/$name@$1/resolv.conf" ;;
        *)
            [ "$resolver" != ::1 ] || resolver=127.0.0.1
            sed -e '/^nameserver/d' /etc/resolv.conf >"$networks/$name@$1/resolv.conf"
            echo "nameserver $(host4 "$slot")" >>"$networks/$name@$1/resolv.conf"
            echo "$resolver" >"$networks/$name@$1/resolver"
            ;;
    esac
}

# take_network ID: when its instance has ended. What that had sent before its end arrives.
take_network() {
    has_network "$1" || return 0
    # shellcheck disable=SC2046
    $(way_into "$1") "$here/drain" --sent "$(own4 "$(slot_of "$1")") $(own6 "$(slot_of "$1")")" $(known_ports "$1") || true
    one_network_at_a_time take_network_alone "$1"
}

take_network_alone() {
    slot=$(slot_of "$1")
    case $(isolation_of "$1") in
        address)
            ip -4 address delete "$(own4 "$slot")/32" dev lo 2>/dev/null || true
            ip -6 address delete "$(own6 "$slot")/128" dev lo 2>/dev/null || true
            ;;
        namespace)
            ip link delete "$(link_name "$slot")" 2>/dev/null || true
            ip netns delete "$name@$1" 2>/dev/null || true
            ;;
    esac
    rm -rf "${networks:?}/$name@$1"
    load_rules
    forward_off
    rmdir "$networks" "$vip/tables" "$vip" 2>/dev/null || true
}
