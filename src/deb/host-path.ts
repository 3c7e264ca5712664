import { BadInput } from '../bad-input.ts';
import type { HostPath } from '../package/package.ts';

/** dpkg unpacks `x` as `x.dpkg-new` before it renames it. */
const unpackSuffix = '.dpkg-new'.length;

/** In bytes, as the kernel counts: PATH_MAX with its closing NUL, NAME_MAX. */
const longestPath = 4096 - 1 - unpackSuffix;
const longestName = 255;

/** Throws BadInput for a path that dpkg could not unpack, or that would not arrive as it is written. */
export function checkHostPath(path: HostPath, kind: 'directory' | 'other'): void {
  const fault = faultOf(path, kind === 'directory' ? longestName : longestName - unpackSuffix);
  if (fault !== null) throw new BadInput(`a package cannot hold the path ${JSON.stringify(path)}: ${fault}`);
}

const wellFormed = /^(?:\/(?!\.{1,2}(?:\/|$))[^/\n\0]+)+$/;

function faultOf(path: string, longestLast: number): string | null {
  if (!wellFormed.test(path)) {
    if (/[\n\0]/.test(path)) return 'dpkg takes no line end and no NUL in a path; rename the file';
    return 'it must be absolute, without empty parts, "." and "..", and without a slash at its end';
  }
  // A UTF-16 unit takes at most three bytes: only long paths need counting.
  if (path.length * 3 <= longestLast) return null;
  const bytes = Buffer.byteLength(path);
  if (bytes > longestPath) return `it has ${bytes} bytes, and dpkg can unpack at most ${longestPath}`;
  const names = path.slice(1).split('/');
  for (const [index, name] of names.entries()) {
    const most = index === names.length - 1 ? longestLast : longestName;
    if (Buffer.byteLength(name) > most) {
      return `the name "${name}" has ${Buffer.byteLength(name)} bytes, and dpkg can unpack at most ${most}`;
    }
  }
  return null;
}
