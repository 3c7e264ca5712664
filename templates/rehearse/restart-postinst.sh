# shellcheck shell=sh disable=SC2154
# A plain package's postinst (as-restart.sh sets the name).
if [ "$1" = configure ]; then
    systemd-sysusers "$name.conf"
    deb-systemd-helper enable "$name.service" >/dev/null
    systemctl daemon-reload
    deb-systemd-invoke start "$name.service"
fi
