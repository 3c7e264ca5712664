/** Valid packages with some of their bytes changed: read or refused in one line, never more, whatever was changed. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { type Compression, compressions } from '../../../src/deb/compression.ts';
import { readDeb } from '../../../src/deb/read-deb.ts';
import { writeDeb } from '../../../src/deb/write-deb.ts';
import { packageOf, plain, scratchFolder } from '../deb/scratch.ts';
import { checksumOf } from './archives.ts';
import { PackageReader } from './read-in-child.ts';

const reader = new PackageReader();
afterAll(() => reader.stop());

/** For five commands on a package of a few kilobytes; a machine that does much else is slow. */
const limitMs = 60_000;
const mostMegabytes = 300;

/** How often: programs are started for the last two. */
const runs: Readonly<Record<Compression, number>> = { none: 120, gzip: 60, xz: 6, zstd: 6 };

const pkg = packageOf(
  [
    {
      kind: 'file',
      path: '/usr/lib/systemd/system/x.service',
      mode: 0o644,
      content: { text: '[Service]\n' },
    },
    {
      kind: 'file',
      path: `/usr/share/${'long/'.repeat(40)}x`,
      mode: 0o644,
      content: { text: 'x\n'.repeat(700) },
    },
    { kind: 'file', path: '/etc/x', mode: 0o644, content: { text: 'a=1\n' }, conffile: true },
    { kind: 'symlink', path: '/usr/bin/x', target: '../share/x' },
  ],
  { scripts: { postinst: '#!/bin/sh\nset -e\n' } },
);

/** Of what breaks readers when it stands where a size, a name or a checksum does. */
const nasty = fc.oneof(
  fc
    .constantFrom(
      '\xff\xff\xff\xff\xff\xff\xff\xff',
      '\x80\0\0\0\x7f\xff\xff\xff\xff\xff\xff\xff',
      '77777777777\0',
    )
    .map((text) => Buffer.from(text, 'latin1')),
  fc
    .constantFrom('-1        ', '9999999999', '../../../x\0', '`\n', '\x1b[2J', '\0'.repeat(512))
    .map((text) => Buffer.from(text, 'latin1')),
  fc.uint8Array({ minLength: 1, maxLength: 16 }).map((bytes) => Buffer.from(bytes)),
);
const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const change = fc.oneof(
  { weight: 5, arbitrary: fc.record({ what: fc.constant('overwrite' as const), at: place, bytes: nasty }) },
  // Within a tar header, its checksum made right again: what is behind the checksum is reached.
  {
    weight: 5,
    arbitrary: fc.record({
      what: fc.constant('header' as const),
      at: place,
      field: fc.nat(511),
      bytes: nasty,
    }),
  },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('cut' as const), at: place }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('insert' as const), at: place, bytes: nasty }) },
  {
    weight: 1,
    arbitrary: fc.record({ what: fc.constant('repeat' as const), at: place, length: fc.nat(2048) }),
  },
);
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

function apply(deb: Buffer, changes: readonly Change[]): Buffer {
  let bytes = Buffer.from(deb);
  for (const one of changes) {
    const at = Math.floor(one.at * bytes.length);
    switch (one.what) {
      case 'overwrite':
        one.bytes.copy(bytes, at);
        break;
      case 'header':
        changeHeader(bytes, one.at, one.field, one.bytes);
        break;
      case 'cut':
        bytes = bytes.subarray(0, at);
        break;
      case 'insert':
        bytes = Buffer.concat([bytes.subarray(0, at), one.bytes, bytes.subarray(at)]);
        break;
      case 'repeat':
        bytes = Buffer.concat([bytes.subarray(0, at + one.length), bytes.subarray(at)]);
    }
  }
  return bytes;
}

/** One of the archive's tar headers, where it has plain ones. */
function changeHeader(bytes: Buffer, which: number, field: number, change: Buffer): void {
  const headers: number[] = [];
  for (let at = bytes.indexOf('ustar'); at >= 0; at = bytes.indexOf('ustar', at + 1)) headers.push(at - 257);
  const start = headers[Math.floor(which * headers.length)];
  if (start === undefined || start < 0 || start + 512 > bytes.length) return;
  const header = bytes.subarray(start, start + 512);
  change.copy(header, field);
  header.write(`${checksumOf(header).toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
}

test.each(compressions)(
  'a %s package with any bytes changed',
  async (compression) => {
    const folder = scratchFolder();
    const whole = join(folder, 'whole.deb');
    const broken = join(folder, 'broken.deb');
    await writeDeb(pkg, whole, { ...plain, compression });
    expect((await readDeb(whole)).entries.length).toBeGreaterThan(4);
    const deb = readFileSync(whole);
    let megabytes = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
        writeFileSync(broken, apply(deb, changes));
        const told = await reader.read(broken, whole, limitMs);
        for (const outcome of Object.values(told.outcomes)) expect(outcome).toMatch(/^(?:read$|refused: .)/);
        expect(told.treacherous).toBeNull();
        megabytes = told.megabytes;
      }),
      { numRuns: runs[compression] },
    );
    expect(megabytes).toBeGreaterThan(20);
    expect(megabytes).toBeLessThan(mostMegabytes);
  },
  300_000,
);
