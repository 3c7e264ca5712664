#!/bin/sh
# The last step of making a root: what a test host does not need, it does not start. Called by mmdebstrap.
#   customize-root.sh ROOT
set -eu
root=$1

# Proxy and mirror settings of the machine that made the root are not the test host's.
rm -f "$root/etc/apt/apt.conf.d/99mmdebstrap" "$root/etc/dpkg/dpkg.cfg.d/99mmdebstrap" "$root/etc/resolv.conf"
: >"$root/etc/machine-id"
echo testhost >"$root/etc/hostname"
printf '127.0.0.1 localhost testhost\n::1 localhost testhost\n' >"$root/etc/hosts"

for unit in \
    apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service \
    fstrim.timer getty.target getty-static.service console-getty.service getty@tty1.service \
    systemd-networkd.service systemd-networkd.socket systemd-resolved.service systemd-timesyncd.service \
    systemd-pstore.service systemd-update-utmp.service \
    systemd-update-utmp-runlevel.service systemd-firstboot.service dev-hugepages.mount \
    sys-kernel-debug.mount sys-kernel-tracing.mount sys-kernel-config.mount systemd-modules-load.service \
    systemd-ask-password-console.path systemd-ask-password-wall.path systemd-initctl.socket remote-fs.target
do
    ln -sf /dev/null "$root/etc/systemd/system/$unit"
done

# It has no disks, terminals or kernel command line: the generators for them are most of what a daemon-reload takes.
mkdir -p "$root/etc/systemd/system-generators"
for generator in cryptsetup debug fstab getty gpt-auto hibernate-resume integritysetup rc-local run ssh system-update tpm2 \
    veritysetup
do
    ln -sf /dev/null "$root/etc/systemd/system-generators/systemd-$generator-generator"
done

# A test host's disk is thrown away: dpkg need not sync it. mmdebstrap's own option of the same kind goes with its others.
echo force-unsafe-io >"$root/etc/dpkg/dpkg.cfg.d/unsafe-io"
mkdir -p "$root/var/log/journal"
