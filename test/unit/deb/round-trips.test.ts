/** Random archives, with the real ar and the real tar as judges. */
import { mkdirSync, openSync, readFileSync, rmSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { writeArArchive } from '../../../src/deb/ar-archive.ts';
import { decodeArHeader, encodeArHeader } from '../../../src/deb/ar-header.ts';
import { listArMembers } from '../../../src/deb/ar-members.ts';
import { readDeb } from '../../../src/deb/read-deb.ts';
import { encodeTarHeader, tarEnd } from '../../../src/deb/tar-header.ts';
import { writeDeb } from '../../../src/deb/write-deb.ts';
import type { Entry } from '../../../src/package/package.ts';
import { packageOf, plain, run, scratchFolder } from './scratch.ts';

const arName = fc.stringMatching(/^[a-z][a-z0-9.-]{0,14}$/);

test('any ar archive is read by ar, and one of ar by us', async () => {
  const folder = scratchFolder();
  const members = fc.uniqueArray(fc.record({ name: arName, content: fc.uint8Array({ maxLength: 300 }) }), {
    minLength: 1,
    maxLength: 5,
    selector: ({ name }) => name,
  });
  await fc.assert(
    fc.asyncProperty(members, async (members) => {
      const ours = join(folder, 'ours.ar');
      const file = await open(ours, 'w+');
      const never = new AbortController().signal;
      const contents = members.map(({ name, content }) => ({ name, content: Buffer.from(content) }));
      const size = await writeArArchive(
        file,
        contents.map(({ name, content }) => ({ name, content: [content] })),
        1_700_000_000,
        never,
      );
      await file.close();
      expect(readFileSync(ours)).toHaveLength(size);
      const apart = join(folder, 'apart');
      mkdirSync(apart);
      run('ar', 'x', '--output', apart, ours);
      for (const { name, content } of contents) expect(readFileSync(join(apart, name))).toEqual(content);
      const theirs = join(folder, 'theirs.ar');
      run('ar', 'rcSD', theirs, ...contents.map(({ name }) => join(apart, name)));
      const read = await open(theirs);
      const listed = await listArMembers(read);
      await read.close();
      expect(listed.map(({ name, size }) => ({ name, size }))).toEqual(
        contents.map(({ name, content }) => ({ name, size: content.length })),
      );
      for (const path of [ours, theirs, apart]) rmSync(path, { recursive: true });
    }),
    { numRuns: 25 },
  );
});

test('an ar header is 60 bytes and says what was put in, or is refused', () => {
  fc.assert(
    fc.property(arName, fc.nat(9_999_999_999), (name, size) => {
      const header = encodeArHeader({ name, size }, 0);
      expect(header).toHaveLength(60);
      expect(decodeArHeader(header)).toEqual({ name, size });
    }),
  );
  expect(() => encodeArHeader({ name: 'data.tar', size: 10_000_000_000 }, 0)).toThrow(/at most 9999999999/);
});

const fileName = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 60 })
  .filter((name) => !/[/\n\0]/.test(name) && !/^\.{1,2}$/.test(name) && Buffer.byteLength(name) <= 246);
const entry: fc.Arbitrary<Entry> = fc
  .tuple(
    fc.array(fileName, { minLength: 1, maxLength: 6 }),
    fc.nat(0o7777),
    fc.uint8Array({ maxLength: 1500 }),
    fileName,
    fc.nat(3),
  )
  .map(([names, mode, bytes, target, kind]) => {
    const path = `/${names.join('/')}`;
    // Readable and enterable, so that tar run by anyone can unpack it and the test remove it.
    if (kind === 0) return { kind: 'directory', path, mode: mode | 0o700 };
    if (kind === 1) return { kind: 'symlink', path, target };
    return { kind: 'file', path, mode, content: { bytes } };
  });

/** Without paths under something that is no directory. */
function consistent(entries: readonly Entry[]): Entry[] {
  const kept = new Map<string, Entry>();
  for (const entry of entries) {
    const parents = entry.path
      .split('/')
      .slice(0, -1)
      .map((_, i, names) => names.slice(0, i + 1).join('/'));
    const underOther = parents.some((path) => kept.get(path) && kept.get(path)?.kind !== 'directory');
    const overOthers = [...kept.keys()].some((path) => path.startsWith(`${entry.path}/`));
    if (!underOther && !kept.has(entry.path) && (!overOthers || entry.kind === 'directory'))
      kept.set(entry.path, entry);
  }
  return [...kept.values()];
}

test('any tree is unpacked by tar as it was described, and read back by us', async () => {
  const folder = scratchFolder();
  const deb = join(folder, 'x.deb');
  const root = join(folder, 'root');
  await fc.assert(
    fc.asyncProperty(fc.array(entry, { maxLength: 12 }), async (random) => {
      const entries = consistent(random);
      await writeDeb(packageOf(entries), deb, plain);
      mkdirSync(root);
      run('sh', '-c', 'ar p "$1" data.tar | tar -xp -C "$2"', 'sh', deb, root);
      const listed = run('find', root, '-mindepth', '1', '-printf', '/%P\\0%y %m %l\\0').split('\0');
      const found = new Map<string, string>();
      for (let i = 0; i + 1 < listed.length; i += 2) found.set(listed[i] as string, listed[i + 1] as string);
      for (const entry of entries) {
        const kind = { file: 'f', directory: 'd', symlink: 'l', hardlink: 'f' }[entry.kind];
        const mode = 'mode' in entry ? entry.mode.toString(8) : '777';
        expect(found.get(entry.path)).toBe(`${kind} ${mode} ${'target' in entry ? entry.target : ''}`);
        if (entry.kind === 'file' && 'bytes' in entry.content) {
          expect(readFileSync(root + entry.path).equals(entry.content.bytes)).toBe(true);
        }
      }
      const read = await readDeb(deb);
      expect(read.entries.map(({ path }) => path).sort()).toEqual(['/', ...found.keys()].sort());
      rmSync(root, { recursive: true });
    }),
    { numRuns: 40 },
  );
});

test.each([0, 511, 0o77777777777, 0o77777777777 + 1, 20 * 2 ** 30, 2 ** 50])(
  'tar reads a size of %i bytes',
  (size) => {
    const folder = scratchFolder();
    const tar = join(folder, 'x.tar');
    const header = encodeTarHeader({
      kind: 'file',
      name: './big',
      mode: 0o644,
      size,
      mtimeSeconds: 1_700_000_000,
    });
    writeFileSync(tar, header);
    if (size < 2 ** 43) {
      // A hole as large as the file: tar skips it.
      truncateSync(tar, header.length + Math.ceil(size / 512) * 512);
      const fd = openSync(tar, 'a');
      writeSync(fd, tarEnd);
      expect(run('tar', '-tvf', tar)).toMatch(new RegExp(` ${size} 2023-11-14 .* \\./big\n$`));
    } else {
      expect(run('sh', '-c', 'tar -tvf "$1" 2>/dev/null; true', 'sh', tar)).toContain(` ${size} `);
    }
  },
);
