import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { run } from '../deb/scratch.ts';

/** A package's files as dpkg-deb packs them; `DEBIAN/control` gets its usual fields from `control`. */
export interface Tree {
  control?: Readonly<Record<string, string>>;
  files?: Readonly<Record<string, string>>;
  /** Run in the tree's root before it is packed. */
  shell?: string;
}

/**
 * Builds `folder/NAME.deb` with dpkg-deb, of what `tree` says; all of it is readable. An empty field is left out.
 * `unchecked`: also what dpkg-deb has objections to.
 */
export function debOf(folder: string, name: string, tree: Tree, unchecked = false): string {
  const root = join(folder, name);
  const fields = {
    Package: 'hello',
    Version: '1.0',
    Architecture: 'all',
    Maintainer: 'A Person <person@example.org>',
    'Installed-Size': '10',
    Description: 'a test\n with a further line',
    ...tree.control,
  };
  const control = Object.entries(fields).flatMap(([field, value]) =>
    value === '' ? [] : [`${field}: ${value}\n`],
  );
  const files = { 'DEBIAN/control': control.join(''), ...tree.files };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true, mode: 0o755 });
    const isScript = /^DEBIAN\/(?:pre|post)/.test(path);
    writeFileSync(join(root, path), text, { mode: isScript ? 0o755 : 0o644 });
  }
  run('sh', '-euc', `cd "$1"; chmod -R go=rX .; ${tree.shell ?? ''}`, 'sh', root);
  const deb = join(folder, `${name}.deb`);
  run('dpkg-deb', ...(unchecked ? ['--nocheck'] : []), '--root-owner-group', '-Zgzip', '-b', root, deb);
  return deb;
}
