import { maintainerScriptNames, type Package } from '../package/package.ts';
import { encodeTarHeader, tarEnd, tarPadding } from './tar-header.ts';

export interface ControlFile {
  name: string;
  mode: number;
  text: string;
}

/** The files of the control member (deb-control(5), deb-conffiles(5), deb-md5sums(5)), empty ones left out. */
export function controlFiles(
  pkg: Package,
  made: { control: string; conffiles: string; md5sums: string },
): ControlFile[] {
  const files: ControlFile[] = [
    { name: 'conffiles', mode: 0o644, text: made.conffiles },
    { name: 'control', mode: 0o644, text: made.control },
    { name: 'md5sums', mode: 0o644, text: made.md5sums },
    ...maintainerScriptNames.map((name) => ({ name, mode: 0o755, text: pkg.scripts[name] ?? '' })),
  ];
  return files.filter((file) => file.text !== '').sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The control member, not compressed. */
export function controlTar(files: readonly ControlFile[], mtimeSeconds: number): Buffer {
  const parts = [encodeTarHeader({ kind: 'directory', name: './', mode: 0o755, size: 0, mtimeSeconds })];
  for (const { name, mode, text } of files) {
    const bytes = Buffer.from(text);
    parts.push(
      encodeTarHeader({ kind: 'file', name: `./${name}`, mode, size: bytes.length, mtimeSeconds }),
      bytes,
      Buffer.alloc(tarPadding(bytes.length)),
    );
  }
  return Buffer.concat([...parts, tarEnd]);
}
