/** Policy 5.6.1; dpkg also takes capitals, which file systems and archives then trip over. */
export const packageName = /^[a-z0-9][a-z0-9+.-]+$/;

/** Leaves room for the version, the architecture and unit suffixes in a file name of 255 bytes. */
export const longestPackageName = 100;

/**
 * The Debian name of an npm package: the scope is left out, what Debian doesn't take becomes a hyphen, so that
 * `@acme/My_App` gives `my-app`. Null where nothing legal is left.
 */
export function packageNameFromNpm(npmName: string): string | null {
  const last = npmName.slice(npmName.lastIndexOf('/') + 1);
  const name = last
    .toLowerCase()
    .replaceAll(/[^a-z0-9.-]+/g, '-')
    .replaceAll(/^[^a-z0-9]+|[^a-z0-9]+$/g, '');
  return packageName.test(name) && name.length <= longestPackageName ? name : null;
}

/** A system user's name as systemd-sysusers takes it (systemd.syntax, "strict mode"). */
export const userName = /^[a-z_][a-z0-9_-]{0,30}$/;

/** The user that an app runs as unless told otherwise: its name, made a legal one. */
export function userNameFromPackage(name: string): string {
  const plain = name.replaceAll(/[^a-z0-9_-]/g, '-');
  return (/^[a-z]/.test(plain) ? plain : `_${plain}`).slice(0, 31).replace(/-+$/, '');
}
