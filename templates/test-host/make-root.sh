#!/bin/sh
# Makes the root directory that test hosts of one Debian release start from.
#   make-root.sh ROOT SUITE PACKAGES [MMDEBSTRAP-OPTION...]
# Called under a lock. ROOT appears whole or not at all.
set -eu
# Mounts of its own: what is mounted below ROOT meanwhile is gone with this, also where it is killed.
if [ "${MAKE_ROOT:-}" != apart ]; then exec env MAKE_ROOT=apart unshare --mount "$0" "$@"; fi
root=$1 suite=$2 packages=$3
shift 3
if [ -d "$root" ]; then exit 0; fi
making=$root.making
rm -rf --one-file-system "$making"
trap 'rm -rf --one-file-system "$making"' EXIT
mmdebstrap --variant=minbase --mode=root --include="$packages" --dpkgopt=force-unsafe-io \
    --customize-hook="${0%/*}/customize-root.sh" "$@" "$suite" "$making"
mv -T "$making" "$root"
