#!/bin/sh
# as-restart.sh IN.deb OUT.deb: the same payload as a package without a handoff: one plain service, which prerm stops and
# postinst starts again, as packages made with debhelper's --no-restart-after-upgrade, or by hand, have it. Runs on the
# test host.
set -eu
in=$1 out=$2
here=$(dirname "$0")
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
dpkg-deb --raw-extract "$in" "$tree"
name=$(dpkg-deb --field "$in" Package)
units=$tree/usr/lib/systemd/system

# The instance's own unit, without what ties it to the handoff: the payload runs where dpkg puts it.
sed -e "/^StopPropagatedFrom=/d; /^OnFailure=/d; /$name-handoff@/d; /^Sockets=/d; /^NetworkNamespacePath=/d" \
    -e '/^BindReadOnlyPaths=-\/run\/mkdeb-vip/d; /^EnvironmentFile=\/run\/mkdeb-vip/d; /^ExecStop=/d' \
    -e "s|/usr/lib/$name/releases/%i|/usr/lib/$name/dist|g; s|%i|plain|g" \
    "$units/$name@.service" >"$tree/plain.service"
printf '\n[Install]\nWantedBy=multi-user.target\n' >>"$tree/plain.service"
rm -f "$units/$name"*
mv "$tree/plain.service" "$units/$name.service"
rm -rf "$tree/usr/sbin" "$tree/usr/lib/$name/handoff" "$tree/DEBIAN/md5sums"

for script in postinst prerm; do
    { printf '#!/bin/sh\nset -e\nname=%s\n' "$name" && cat "$here/restart-$script.sh"; } >"$tree/DEBIAN/$script"
    chmod 755 "$tree/DEBIAN/$script"
done
rm -f "$tree/DEBIAN/preinst" "$tree/DEBIAN/postrm"
dpkg-deb -Zgzip --root-owner-group --build "$tree" "$out"
