#!/bin/sh
# Brings a Debian or Ubuntu machine with Node 20 and git to where everything here runs: Debian packages, npm packages,
# the build. Does only what is missing, and says so. Without root it says which command is missing instead.
set -eu
cd "$(dirname "$0")/.."

missing=
# need TOOL PACKAGE
need() {
    command -v "$1" >/dev/null || missing="$missing $2"
}
need git git
need npm npm
need curl curl
need perl perl-base
need xz xz-utils
need zstd zstd
need libdeflate-gzip libdeflate-tools
need dpkg-parsechangelog dpkg-dev
need lintian lintian
need shellcheck shellcheck
need gpg gpg
need gpg-agent gpg-agent
need debsigs debsigs
need debsig-verify debsig-verify
need ar binutils
need gdb gdb-minimal
need gcc gcc
[ -e /usr/include/stdio.h ] || missing="$missing libc6-dev"
need apt-ftparchive apt-utils
need dscverify devscripts
need faketime faketime
need reprepro reprepro
need go golang-go
need python3 python3
need rustc rustc
need javac default-jdk-headless
need ip iproute2
need flock util-linux
need systemd-nspawn systemd-container
need mmdebstrap mmdebstrap
need piuparts piuparts
[ -e /usr/share/gocode/src/github.com/cloudflare/tableflip ] || missing="$missing golang-github-cloudflare-tableflip-dev"
need chromium chromium
need wrk wrk
need mandoc mandoc
need zsh zsh
need fish fish
[ -e /usr/share/keyrings/debian-archive-keyring.gpg ] || missing="$missing debian-archive-keyring"

if [ -n "$missing" ]; then
    if [ "$(id -u)" != 0 ]; then
        echo "Not everything is here. Please run: sudo apt-get install --no-install-recommends$missing" >&2
        exit 1
    fi
    echo "Installing$missing"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    # shellcheck disable=SC2086 # several words
    apt-get install -qq --no-install-recommends -o Dpkg::Use-Pty=0 $missing >/dev/null
fi

# Test hosts need a cgroup2 tree; where systemd is not PID 1, nobody may have mounted one.
if [ "$(id -u)" = 0 ] && ! grep -q ' - cgroup2 ' /proc/self/mountinfo; then
    echo "Mounting cgroup2 on /sys/fs/cgroup/unified"
    mkdir -p /sys/fs/cgroup/unified && mount -t cgroup2 cgroup2 /sys/fs/cgroup/unified ||
        echo "That did not work: test hosts will not boot here" >&2
fi

if [ -z "$(find node_modules/.package-lock.json -newer package-lock.json 2>/dev/null)" ]; then
    echo "Installing npm packages"
    npm ci --loglevel=error --no-audit --no-fund
    touch node_modules/.package-lock.json
fi
if ! [ -e dist/.built ] || [ -n "$(find src packaging/bundle.mjs package-lock.json -newer dist/.built)" ]; then
    npm run --silent build
    touch dist/.built
fi
