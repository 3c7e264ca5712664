#!/bin/sh
# The last step of making a box: what Vagrant expects of one, and how it boots. Called by mmdebstrap.
#   customize-box.sh ROOT
set -eu
root=$1

# Proxy and mirror settings of the machine that made it are not the box's.
rm -f "$root/etc/apt/apt.conf.d/99mmdebstrap" "$root/etc/dpkg/dpkg.cfg.d/99mmdebstrap" "$root/etc/resolv.conf"
echo rehearsal >"$root/etc/hostname"
printf '127.0.0.1 localhost rehearsal\n::1 localhost rehearsal\n' >"$root/etc/hosts"
echo 'LABEL=root / ext4 errors=remount-ro 0 1' >"$root/etc/fstab"
printf 'auto lo eth0\niface lo inet loopback\niface eth0 inet dhcp\n' >"$root/etc/network/interfaces"

# A box's user: its key is known to everybody, and only good for machines that are thrown away.
chroot "$root" useradd --create-home --shell /bin/bash vagrant
echo 'vagrant ALL=(ALL) NOPASSWD: ALL' >"$root/etc/sudoers.d/vagrant"
install -d -m 700 "$root/home/vagrant/.ssh"
cat /usr/share/rubygems-integration/all/gems/vagrant-*/keys/vagrant.pub >"$root/home/vagrant/.ssh/authorized_keys"
chmod 600 "$root/home/vagrant/.ssh/authorized_keys"
chroot "$root" chown -R vagrant:vagrant /home/vagrant/.ssh
echo 'UseDNS no' >"$root/etc/ssh/sshd_config.d/box.conf"

# What a virtual machine needs to find its disk, and no more.
echo 'MODULES=list' >"$root/etc/initramfs-tools/conf.d/box.conf"
printf '%s\n' virtio_pci virtio_blk virtio_scsi virtio_net sd_mod ata_piix ahci ext4 >>"$root/etc/initramfs-tools/modules"
chroot "$root" update-initramfs -u -k all >/dev/null

kernel=$(basename "$root"/boot/vmlinuz-*)
cat >"$root/boot/extlinux.conf" <<CONFIG
DEFAULT debian
LABEL debian
  LINUX /boot/$kernel
  INITRD /boot/initrd.img-${kernel#vmlinuz-}
  APPEND root=LABEL=root ro quiet net.ifnames=0 console=ttyS0
CONFIG

# Nothing but the rehearsal wants to be done on it.
for unit in apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer fstrim.timer man-db.timer; do
    ln -sf /dev/null "$root/etc/systemd/system/$unit"
done
