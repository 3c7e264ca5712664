import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { putSuite, type SuiteFiles } from '../../../src/repo/repository-files.ts';

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** A suite of two indexes; what stands for signatures is the Release itself. */
function suite(content: string): SuiteFiles {
  const indexes = new Map(
    ['main/binary-all/Packages', 'main/binary-amd64/Packages'].map((path) => [
      path,
      Buffer.from(`${path} ${content}\n`),
    ]),
  );
  const lines = [...indexes].map(([path, bytes]) => ` ${sha256(bytes)} ${bytes.length} ${path}\n`).join('');
  const release = `Suite: stable\nSHA256:\n${lines}`;
  return {
    indexes,
    release,
    signed: { inRelease: Buffer.from(release), releaseGpg: Buffer.from('signature') },
  };
}

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'mkdeb-suite-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  return dir;
}

/** What a client reads that has this InRelease: each index by its hash. */
function readBy(dir: string, inRelease: string): string[] {
  return [...inRelease.matchAll(/^ (\w{64}) \d+ (\S+)$/gm)].map(([, hash = '', path = '']) => {
    const bytes = readFileSync(join(dir, dirname(path), 'by-hash/SHA256', hash));
    expect(sha256(bytes)).toBe(hash);
    return bytes.toString();
  });
}

const never = new AbortController().signal;

/** Ends a run at its n-th file, as a kill does. */
function killedAt(n: number): AbortSignal {
  let files = 0;
  const signal = new AbortController().signal;
  signal.throwIfAborted = () => {
    if (files++ === n) throw new Error('killed');
  };
  return signal;
}

test('stopped at any file, a run leaves a whole repository, the one before or the new one', async () => {
  let ends = 0;
  for (let n = 0; ends === 0; n++) {
    const dir = folder();
    await putSuite(dir, suite('first'), never);
    await putSuite(dir, suite('second'), killedAt(n)).then(
      () => ends++,
      () => {},
    );
    const whole = readBy(dir, readFileSync(join(dir, 'InRelease'), 'utf8'));
    expect(whole).toHaveLength(2);
    expect(new Set(whole.map((text) => text.split(' ')[1]))).toEqual(
      new Set([ends > 0 ? 'second\n' : 'first\n']),
    );
    // And the next one mends it.
    await putSuite(dir, suite('third'), never);
    expect(readBy(dir, readFileSync(join(dir, 'InRelease'), 'utf8'))[0]).toContain('third');
  }
});

test('a client that has read the InRelease before this one still finds its indexes, for a day', async () => {
  const dir = folder();
  await putSuite(dir, suite('first'), never);
  const before = readFileSync(join(dir, 'InRelease'), 'utf8');
  const byHash = join(dir, 'main/binary-amd64/by-hash/SHA256');
  // The first one is old when it is replaced: its day begins then.
  const old = Date.now() / 1_000 - 3 * 86_400;
  for (const name of readdirSync(byHash)) utimesSync(join(byHash, name), old, old);
  await putSuite(dir, suite('second'), never);
  await putSuite(dir, suite('third'), never);
  expect(readBy(dir, before)).toHaveLength(2);
  expect(readdirSync(byHash)).toHaveLength(3);

  for (const name of readdirSync(byHash)) utimesSync(join(byHash, name), old, old);
  await putSuite(dir, suite('third'), never);
  expect(readdirSync(byHash)).toHaveLength(1);
  expect(() => readBy(dir, before)).toThrow(/ENOENT/);
});

test('unsigned, it has no signature of an earlier time', async () => {
  const dir = folder();
  await putSuite(dir, suite('first'), never);
  await putSuite(dir, { ...suite('second'), signed: null }, never);
  expect(existsSync(join(dir, 'InRelease')) || existsSync(join(dir, 'Release.gpg'))).toBe(false);
  expect(readBy(dir, readFileSync(join(dir, 'Release'), 'utf8'))[0]).toContain('second');
});
