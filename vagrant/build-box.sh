#!/bin/sh
# Builds a Vagrant box for libvirt: a plain Debian with Debian's own kernel, for where the public box can't be had.
#   build-box.sh SUITE BOX [PACKAGE...]      as root; BOX appears whole or not at all
set -eu
suite=$1 box=$2
shift 2
here=$(cd "${0%/*}" && pwd)
arch=$(dpkg --print-architecture)
packages=systemd-sysv,dbus,udev,openssh-server,sudo,curl,rsync,ifupdown,isc-dhcp-client,iproute2,procps,extlinux
packages=$packages,initramfs-tools,linux-image-cloud-$arch
for one in "$@"; do packages=$packages,$one; done

work=$(mktemp -d "${TMPDIR:-/tmp}/mkdeb-box.XXXXXX")
mounted=
tidy() {
    [ -z "$mounted" ] || umount "$work/mnt"
    rm -rf --one-file-system "$work"
}
trap tidy EXIT
trap 'exit 130' INT TERM

echo "making a Debian ($suite)"
mmdebstrap --quiet --variant=important --mode=root --include="$packages" --dpkgopt=force-unsafe-io \
    --customize-hook="$here/customize-box.sh" "$suite" "$work/root"

echo "putting it on a disk"
# One partition from the first MiB on. The disk takes no space for what is not written.
truncate --size=8G "$work/disk"
printf 'start=2048, type=83, bootable\n' | sfdisk --quiet "$work/disk"
mkfs.ext4 -q -L root -E offset=1048576,lazy_itable_init=0 -d "$work/root" "$work/disk" 2096896k
mkdir "$work/mnt"
mount -o loop,offset=1048576 "$work/disk" "$work/mnt"
mounted=yes
"$work/root/usr/bin/extlinux" --install "$work/mnt/boot" 2>"$work/said" || { cat "$work/said" >&2; exit 1; }
umount "$work/mnt"
mounted=
dd if="$work/root/usr/lib/EXTLINUX/mbr.bin" of="$work/disk" conv=notrunc status=none

qemu-img convert -O qcow2 "$work/disk" "$work/box.img"
printf '{"provider": "libvirt", "format": "qcow2", "virtual_size": 8}\n' >"$work/metadata.json"
echo 'Vagrant.configure("2") { |config| config.ssh.insert_key = false }' >"$work/Vagrantfile"
tar -C "$work" -cf "$box.making" metadata.json Vagrantfile box.img
mv -T "$box.making" "$box"
echo "made $box"
