import { furtherControlFileNames, maintainerScriptNames, type Package } from '../package/package.ts';
import { encodeTarHeader, tarEnd, tarPadding } from './tar-header.ts';

export interface ControlFile {
  name: string;
  mode: number;
  content: string | Uint8Array;
}

/** debconf runs config (debconf-devel(7)); rules is there for what reads it. */
const programs: ReadonlySet<string> = new Set(['config', 'rules']);

/** The files of the control member (deb-control(5), deb-conffiles(5), deb-md5sums(5) …), empty ones left out. */
export function controlFiles(
  pkg: Package,
  made: { control: string; conffiles: string; md5sums: string },
): ControlFile[] {
  const files: ControlFile[] = [
    { name: 'conffiles', mode: 0o644, content: made.conffiles },
    { name: 'control', mode: 0o644, content: made.control },
    { name: 'md5sums', mode: 0o644, content: made.md5sums },
    ...maintainerScriptNames.map((name) => ({ name, mode: 0o755, content: pkg.scripts[name] ?? '' })),
    ...furtherControlFileNames.map((name) => ({
      name,
      mode: programs.has(name) ? 0o755 : 0o644,
      content: pkg.controlFiles?.[name] ?? '',
    })),
  ];
  return files.filter((file) => file.content.length > 0).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The control member, not compressed. */
export function controlTar(files: readonly ControlFile[], mtimeSeconds: number): Buffer {
  const parts = [encodeTarHeader({ kind: 'directory', name: './', mode: 0o755, size: 0, mtimeSeconds })];
  for (const { name, mode, content } of files) {
    const bytes = Buffer.from(content);
    parts.push(
      encodeTarHeader({ kind: 'file', name: `./${name}`, mode, size: bytes.length, mtimeSeconds }),
      bytes,
      Buffer.alloc(tarPadding(bytes.length)),
    );
  }
  return Buffer.concat([...parts, tarEnd]);
}
