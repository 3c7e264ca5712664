#!/bin/sh
# Makes a root directory of test hosts from one that is there, with more packages.
#   extend-root.sh ROOT BASE PACKAGES [APT-CONFIGURATION...]
# PACKAGES are comma-separated, as make-root.sh takes them.
set -eu
# shellcheck source-path=SCRIPTDIR source=begin-root.sh
. "${0%/*}/begin-root.sh"
base=$2 packages=$3
shift 3
mkdir "$making"
cp -a --reflink=auto "$base/." "$making"

# The way to the mirror is this machine's; nothing starts; and none of that stays.
cp -L /etc/resolv.conf "$making/etc/resolv.conf"
for line in "$@"; do printf '%s\n' "$line" >>"$making/etc/apt/apt.conf.d/99extend-root"; done
printf '#!/bin/sh\nexit 101\n' >"$making/usr/sbin/policy-rc.d"
chmod 755 "$making/usr/sbin/policy-rc.d"
mount -t proc proc "$making/proc"
mount --rbind /dev "$making/dev"
inside() { chroot "$making" env DEBIAN_FRONTEND=noninteractive PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"; }
inside apt-get update --quiet --quiet --error-on=any
# shellcheck disable=SC2046 # several words
inside apt-get install --quiet --quiet --yes --no-install-recommends $(echo "$packages" | tr , ' ') </dev/null
inside apt-get clean
unmount
rm -rf "$making/usr/sbin/policy-rc.d" "$making/etc/apt/apt.conf.d/99extend-root" "$making/etc/resolv.conf" \
    "$making"/var/lib/apt/lists/*_*
: >"$making/etc/machine-id"
mv -T "$making" "$root"
