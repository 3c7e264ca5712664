#!/bin/sh
# Makes the root directory that test hosts of one Debian release start from.
#   make-root.sh ROOT SUITE PACKAGES [MMDEBSTRAP-OPTION...]
set -eu
# shellcheck source-path=SCRIPTDIR source=begin-root.sh
. "${0%/*}/begin-root.sh"
suite=$2 packages=$3
shift 3
mmdebstrap --variant=minbase --mode=root --include="$packages" --dpkgopt=force-unsafe-io \
    --customize-hook="${0%/*}/customize-root.sh" "$@" "$suite" "$making"
mv -T "$making" "$root"
