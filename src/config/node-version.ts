export const expectedNodeVersion = 'expected a version of Node such as 22, 22.11 or 22.11.0';

/** `22`, `22.11` or `22.11.0`: of a version its first parts are enough. */
export function isNodeVersion(text: string): boolean {
  return /^[1-9]\d{0,3}(?:\.\d{1,4}){0,2}$/.test(text);
}

/** Why `text` names no version of Node, or null. */
export function nodeVersionMistake(text: string): string | null {
  if (isNodeVersion(text)) return null;
  if (/^(?:lts|latest|current)(?:\/|$)/i.test(text)) {
    return `npm does not tell which version that is, and it would be another one tomorrow; ${expectedNodeVersion}`;
  }
  const plain = /^[v^~=]\s*(\S+)$/.exec(text)?.[1];
  if (plain !== undefined && isNodeVersion(plain)) return `${expectedNodeVersion}; write "${plain}"`;
  return expectedNodeVersion;
}

/** The newest of `versions` that begins with the parts of `wanted`, or null; prereleases are none. */
export function newestNode(versions: Iterable<string>, wanted: string): string | null {
  let newest: string | null = null;
  for (const version of versions) {
    if (!/^\d+\.\d+\.\d+$/.test(version) || !`${version}.`.startsWith(`${wanted}.`)) continue;
    if (newest === null || compare(version, newest) > 0) newest = version;
  }
  return newest;
}

function compare(a: string, b: string): number {
  const [one, other] = [a, b].map((version) => version.split('.').map(Number)) as [number[], number[]];
  const at = one.findIndex((part, i) => part !== other[i]);
  return at < 0 ? 0 : (one[at] ?? 0) - (other[at] ?? 0);
}
