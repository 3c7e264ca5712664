# shellcheck shell=sh
# The nftables table `inet mkdeb-NAME`: where new connections go. It is loaded whole, in one transaction, and a guard
# loads it again when somebody else takes it away.

table=mkdeb-$name
tables=$vip/tables/$name

# aim ID [FIRST PERCENT]: new connections go to its address; so many of a hundred to that of FIRST, as long as it takes
# them. Where ID is nobody, those wait for FIRST while it takes none, and all others are refused.
aim() { one_network_at_a_time aim_alone "$@"; }

aim_alone() {
    mkdir -p "$tables"
    echo "$@" >"$tables/target"
    load_rules
}

# step_down ID: it gets no new connections any more, whoever else does. Fails where it got none. With the lock held.
step_down() {
    read -r aimed first percent <"$tables/target"
    [ "${percent:-0}" != 0 ] || first=
    case $1 in
        "$aimed") others=$first ;;
        "$first") others=$aimed ;;
        *) return 1 ;;
    esac
    case $others in
        '' | nobody) aim_alone nobody "$1" 0 ;;
        *) aim_alone "$others" ;;
    esac
}

# load_rules: does nothing where they are loaded already, so that nobody who watches nftables wakes for it.
load_rules() {
    [ -e "$tables/target" ] || return 0
    # shellcheck disable=SC2046
    rules $(cat "$tables/target") >"$tables/new"
    if cmp -s "$tables/new" "$tables/rules" && list_rules 2>/dev/null | cmp -s - "$tables/listed"; then
        rm "$tables/new"
        return 0
    fi
    nft -f "$tables/new"
    list_rules >"$tables/listed"
    mv "$tables/new" "$tables/rules"
}

# list_rules: as they are loaded, without what the kernel itself has put into the sets `dead4` and `dead6`.
list_rules() {
    nft -s list table inet "$table" | sed '
        /^\tset dead[46] {$/,/^\t}$/ {
            /elements = {/ {
                :more
                /}/ ! {
                    N
                    b more
                }
                d
            }
        }'
}

drop_rules() {
    rm -rf "$tables"
    rmdir "$vip/tables" 2>/dev/null || true
    nft delete table inet "$table" 2>/dev/null || true
}

# rules ID [FIRST PERCENT]: the table, as nft reads it (see aim).
rules() {
    first=
    if [ "${3:-0}" != 0 ] && has_network "$2"; then first=$2; fi
    cat <<TEXT
table inet $table {}
delete table inet $table
table inet $table {
$(own_addresses)
    # Where new connections go, by port.
$(address_maps to "$1")
$(if [ -n "$first" ]; then address_maps first "$first" && dead_sets; fi)
    # From other hosts, and from the host itself.
    chain from_outside {
        type nat hook prerouting priority dstnat; policy accept;
$(resolver_rules)
$(destination_rules "$1" "$first" "${3:-}")
    }
    chain from_host {
        type nat hook output priority -100; policy accept;
$(destination_rules "$1" "$first" "${3:-}")
    }
    # An instance that has gone answers as a closed port does. One that is there and refuses is not asked for a while.
    chain gone_outside {
        type filter hook prerouting priority filter; policy accept;
$(gone_rules "$1" "${2:-}")
$(if [ -n "$first" ]; then dead_rules "$first"; fi)
    }
    chain gone_host {
        type filter hook output priority filter; policy accept;
$(gone_rules "$1" "${2:-}")
$(if [ -n "$first" ]; then dead_rules "$first"; fi)
    }
    # Nobody comes in but by the map.
    chain input {
        type filter hook input priority filter - 10; policy accept;
        iifname != "lo" ip daddr @own4 ct status & dnat == 0 drop
        iifname != "lo" ip6 daddr @own6 ct status & dnat == 0 drop
        iifname "mkdeb*" ip daddr 127.0.0.0/8 ct status & dnat == 0 drop
        iifname "mkdeb*" ip6 daddr ::1 ct status & dnat == 0 drop
    }
$(if [ -n "$(namespace_slots)" ]; then namespace_rules; fi)
}
TEXT
}

own_addresses() {
    elements4=
    elements6=
    for id in $(network_ids); do
        slot=$(slot_of "$id")
        elements4="$elements4$(own4 "$slot"), "
        elements6="$elements6$(own6 "$slot"), "
    done
    echo "    # The instances' own addresses."
    echo "    set own4 { type ipv4_addr; ${elements4:+"elements = { $elements4};"} }"
    echo "    set own6 { type ipv6_addr; ${elements6:+"elements = { $elements6};"} }"
}

# address_maps PREFIX ID: the maps PREFIX4 and PREFIX6, from each of its ports to its address.
address_maps() {
    elements4=
    elements6=
    if [ -n "$2" ] && has_network "$2"; then
        slot=$(slot_of "$2")
        for port in $(known_ports "$2"); do
            elements4="$elements4$port : $(own4 "$slot"), "
            elements6="$elements6$port : $(own6 "$slot"), "
        done
    fi
    echo "    map ${1}4 { type inet_service : ipv4_addr; ${elements4:+"elements = { $elements4};"} }"
    echo "    map ${1}6 { type inet_service : ipv6_addr; ${elements6:+"elements = { $elements6};"} }"
}

# destination_rules ID FIRST PERCENT: what comes to where the app is said to listen. The instances' own addresses
# mean one instance.
destination_rules() {
    if [ -n "$2" ]; then
        share=
        [ "$3" = 100 ] || share="numgen random mod 10000 < $(hundredths "$3") "
        alive4=
        alive6=
        if has_network "$1"; then
            alive4='tcp dport != @dead4 '
            alive6='tcp dport != @dead6 '
        fi
        to_listeners "$2" first "$alive4$share" "$alive6$share"
    fi
    [ "$1" = nobody ] || to_listeners "$1" to '' ''
}

# hundredths PERCENT: 5 gives 500, 0.25 gives 25.
hundredths() {
    case $1 in
        *.??) echo "${1%.*}${1#*.}" ;;
        *.?) echo "${1%.*}${1#*.}0" ;;
        *) echo "${1}00" ;;
    esac | sed 's/^0*//'
}

# to_listeners ID PREFIX CONDITION4 CONDITION6
to_listeners() {
    for listener in $(setting "$1" LISTEN); do
        port=${listener##*:}
        address=${listener%"$port"}
        address=${address%:}
        case $address in
            '' | '[::]') four='fib daddr type local' six='fib daddr type local' ;;
            0.0.0.0) four='fib daddr type local' six= ;;
            '['*']') four= six="ip6 daddr $(echo "$address" | tr -d '[]')" ;;
            *) four="ip daddr $address" six= ;;
        esac
        [ -z "$four" ] || echo "        ip daddr != $all4 $four tcp dport $port ${3}dnat ip to tcp dport map @${2}4"
        [ -z "$six" ] || echo "        ip6 daddr != $all6 $six tcp dport $port ${4}dnat ip6 to tcp dport map @${2}6"
    done
}

# gone_rules ID…: for connections that conntrack still leads to an address that no instance has any more.
gone_rules() {
    for id in "$@"; do
        has_network "$id" || continue
        for port in $(known_ports "$id"); do echo "$port"; done
    done | sort -u | while read -r port; do
        echo "        ct status dnat tcp dport $port ip daddr $all4 ip daddr != @own4 reject with tcp reset"
        echo "        ct status dnat tcp dport $port ip6 daddr $all6 ip6 daddr != @own6 reject with tcp reset"
    done
}

# Ports at which the first one has just refused a connection: it has died, and systemd has not started it again.
dead_sets() {
    for family in 4 6; do
        echo "    set dead$family { type inet_service; size 1024; flags dynamic, timeout; timeout 2s; }"
    done
}

# dead_rules FIRST: that it refuses a connection (RFC 9293, 3.10.7.1: a reset with the sequence number 0) is noted and kept
# from the client, which asks again after a second and is then led to the other one.
dead_rules() {
    slot=$(slot_of "$1")
    refusal='tcp flags & (syn | fin | rst | ack) == rst | ack tcp sequence 0 ct status dnat'
    for port in $(known_ports "$1"); do
        echo "        ip saddr $(own4 "$slot") tcp sport $port $refusal update @dead4 { tcp sport } drop"
        echo "        ip6 saddr $(own6 "$slot") tcp sport $port $refusal update @dead6 { tcp sport } drop"
    done
}

namespace_slots() {
    for id in $(network_ids); do
        if [ "$(isolation_of "$id")" = namespace ]; then slot_of "$id"; fi
    done
}

# Clients keep their address, but for those on loopback, which has no way out of the host, and an instance that calls
# its own service. The second half: what was forwarded before is, and nothing else because of us.
namespace_rules() {
    cat <<TEXT
    chain leaving {
        type nat hook postrouting priority srcnat; policy accept;
        oifname "mkdeb*" ip saddr 127.0.0.0/8 masquerade
        oifname "mkdeb*" ip6 saddr ::1 masquerade
        ip saddr @own4 masquerade
        ip6 saddr @own6 masquerade
    }
    chain forward {
        type filter hook forward priority filter - 10; policy accept;
        oifname "mkdeb*" ct state new ct status & dnat == 0 drop
TEXT
    forwards_already4 || echo '        meta nfproto ipv4 iifname != "mkdeb*" oifname != "mkdeb*" drop'
    ! has_ipv6 || forwards_already6 || echo '        meta nfproto ipv6 iifname != "mkdeb*" oifname != "mkdeb*" drop'
    echo '    }'
    if [ -n "$(resolver_rules)" ]; then
        cat <<'TEXT'
    # A resolver on loopback answers loopback only.
    chain to_resolver {
        type nat hook input priority 100; policy accept;
        iifname "mkdeb*" ip daddr 127.0.0.0/8 meta l4proto { tcp, udp } th dport 53 snat ip to 127.0.0.1
    }
TEXT
    fi
}

resolver_rules() {
    for id in $(network_ids); do
        [ -e "$networks/$name@$id/resolver" ] || continue
        slot=$(slot_of "$id")
        echo "        iifname \"$(link_name "$slot")\" ip daddr $(host4 "$slot") meta l4proto { tcp, udp } th dport 53 dnat ip to $(cat "$networks/$name@$id/resolver")"
    done
}

# warn_of_firewall ID: clients of an instance in a namespace are forwarded to it.
warn_of_firewall() {
    [ "$(isolation_of "$1")" = namespace ] || return 0
    for firewall in $(forwarding_firewalls); do warn network "$(firewall_drops "$firewall"); $(firewall_mend)"; done
}

# forwarding_firewalls: FAMILY:TABLE of each table that drops what is forwarded.
forwarding_firewalls() {
    nft list chains 2>/dev/null |
        sed -n -e '/^table/h' -e '/hook forward .*policy drop/{x;s/^table \([^ ]*\) \([^ ]*\).*/\1:\2/p;x}'
}

# firewall_drops FAMILY:TABLE
firewall_drops() {
    echo "the nftables table '${1%:*} ${1#*:}' drops what is forwarded unless its rules let it through"
}

firewall_mend() {
    echo "clients of $name need 'ct status dnat accept' there, and where it goes out itself 'iifname \"mkdeb*\" accept'"
}

# The guard is a unit made from the release that starts. It is never stopped in a handoff.
guard_unit=/run/systemd/system/$name-guard.service

guard_on() {
    if ! systemctl --quiet is-active "$name-guard.service"; then
        mkdir -p "${guard_unit%/*}"
        cp "$releases/$1/.mkdeb/guard.service" "$guard_unit"
        systemctl daemon-reload
        systemctl start "$name-guard.service"
    fi
}

guard_off() {
    [ -e "$guard_unit" ] || return 0
    systemctl stop "$name-guard.service" || true
    rm -f "$guard_unit"
    systemctl daemon-reload
}
