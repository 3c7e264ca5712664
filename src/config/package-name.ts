/** Policy 5.6.1; dpkg also takes capitals, which file systems and archives then trip over. */
export const packageName = /^[a-z0-9][a-z0-9+.-]+$/;

/** Leaves room for the version, the architecture and unit suffixes in a file name of 255 bytes. */
export const longestPackageName = 100;

/**
 * The Debian name of what another packager calls `name`: an npm scope, or all but the end of a Go module's path, is left
 * out, what Debian doesn't take becomes a hyphen, so that `@acme/My_App` gives `my-app`. Null where nothing legal is left.
 */
export function debianPackageName(name: string): string | null {
  const last = name.slice(name.lastIndexOf('/') + 1);
  const legal = last
    .toLowerCase()
    .replaceAll(/[^a-z0-9.-]+/g, '-')
    .replaceAll(/^[^a-z0-9]+|[^a-z0-9]+$/g, '');
  return packageName.test(legal) && legal.length <= longestPackageName ? legal : null;
}

/** A system user's name as systemd-sysusers takes it (systemd.syntax, "strict mode"). */
export const userName = /^[a-z_][a-z0-9_-]{0,30}$/;

/** The user that an app runs as unless told otherwise: its name, made a legal one. */
export function userNameFromPackage(name: string): string {
  const plain = name.replaceAll(/[^a-z0-9_-]/g, '-');
  return (/^[a-z]/.test(plain) ? plain : `_${plain}`).slice(0, 31).replace(/-+$/, '');
}
