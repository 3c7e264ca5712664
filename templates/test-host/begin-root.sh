# shellcheck shell=sh
# Sourced by make-root.sh and extend-root.sh, with their arguments: root and making are set, and ROOT appears whole or not
# at all. Called under a lock.

# Mounts of its own: what is mounted below ROOT meanwhile is gone with this, also where it is killed.
if [ "${BEGIN_ROOT:-}" != apart ]; then exec env BEGIN_ROOT=apart unshare --mount "$0" "$@"; fi
root=$1
if [ -d "$root" ]; then exit 0; fi
making=$root.making
rm -rf --one-file-system "$making"
unmount() { for path in dev proc; do ! mountpoint -q "$making/$path" || umount --recursive "$making/$path"; done; }
trap 'unmount; rm -rf --one-file-system "$making"' EXIT
