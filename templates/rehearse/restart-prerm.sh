# shellcheck shell=sh disable=SC2154
# A plain package's prerm (as-restart.sh sets the name).
deb-systemd-invoke stop "$name.service"
