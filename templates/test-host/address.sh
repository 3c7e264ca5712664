#!/bin/sh
# The test host's own addresses, set before it boots. Called by machine.sh in the machine's network namespace.
set -eu
echo 0 >/proc/sys/net/ipv6/conf/eth0/accept_dad
ip link set lo up
ip link set eth0 up
ip address add 198.51.100.10/24 dev eth0
ip address add 2001:db8:6d6b::10/64 dev eth0 nodad
ip route add default via 198.51.100.1
