import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BadInput } from '../../src/bad-input.ts';
import { createTestHost } from '../../src/host/create-test-host.ts';
import type { DebianRelease, TestHost } from '../../src/host/test-host.ts';
import { unitEnvironment, unitProgram, unitValue, unitWord } from '../../src/render/quote/unit.ts';
import { nasty } from '../unit/quote/nasty.ts';

const manyNasty = fc.array(nasty, { minLength: 50, maxLength: 100 });
const runs = { numRuns: 4 };

/** The values that can be quoted, each with what came out. */
function quotable(
  values: string[],
  quote: (value: string) => string,
): Array<[value: string, quoted: string]> {
  return values.flatMap((value) => {
    try {
      return [[value, quote(value)]];
    } catch (error) {
      if (error instanceof BadInput) return [];
      throw error;
    }
  });
}

// The contract’s table is on both releases.
describe.each<DebianRelease>([13])('what a unit file says on Debian %d', (debian) => {
  let host: TestHost;
  beforeAll(async () => {
    host = await createTestHost({ debian });
  });
  afterAll(async () => {
    await host?.dispose();
  });

  /** Runs a one-shot service and returns what it wrote, split at NUL. */
  async function written(service: string): Promise<string[]> {
    const unit = `[Service]\nType=oneshot\nStandardOutput=truncate:/run/quoting\n${service}\n`;
    await host.run(['sh', '-ec', 'cat >/run/systemd/system/quoting.service; systemctl daemon-reload'], {
      input: unit,
    });
    await host.run(['systemctl', 'start', 'quoting.service']);
    return (await host.run(['cat', '/run/quoting'])).stdout.split('\0').slice(0, -1);
  }

  it('passes arguments exactly', async () => {
    await fc.assert(
      fc.asyncProperty(manyNasty, async (values) => {
        const words = [';', '', '$$', '-', ...quotable(values, unitWord).map(([value]) => value)];
        expect(
          await written(`ExecStart=/usr/bin/printf "%%s\\\\0" ${words.map(unitWord).join(' ')}`),
        ).toEqual(words);
      }),
      runs,
    );
  });

  it('sets environment variables exactly', async () => {
    await fc.assert(
      fc.asyncProperty(manyNasty, async (values) => {
        const pairs = quotable(values, (value) => unitEnvironment('V', value));
        const lines = pairs.map(([value], i) => `Environment=${unitEnvironment(`V${i}`, value)}`);
        const set = await written(`${lines.join('\n')}\nExecStart=/usr/bin/env -0`);
        expect(set.filter((assignment) => /^V\d/.test(assignment)).sort()).toEqual(
          pairs.map(([value], i) => `V${i}=${value}`).sort(),
        );
      }),
      runs,
    );
  });

  it('runs programs with spaces, specifiers and odd names', async () => {
    for (const name of ['with space', '100%n', 'é🚀', '(a)&b|c#d;e*?[f]~{g}']) {
      const path = `/run/programs/${name}`;
      await host.run(['install', '-D', '/usr/bin/env', path]);
      expect(await written(`Environment=A=1\nExecStart=${unitProgram(path)} -0`)).toContain('A=1');
    }
  });

  it('describes exactly', async () => {
    const pairs = quotable(fc.sample(nasty, 200), unitValue).filter(([value]) => value !== '');
    expect(pairs.length).toBeGreaterThan(30);
    const names = pairs.map((_, i) => `quoted-${i}.service`);
    const files = pairs.map(
      ([, quoted], i) => `${names[i]}\n[Unit]\nDescription=${quoted}\n[Service]\nExecStart=/bin/true\n\0`,
    );
    const script = `$/ = "\\0"; while (<>) { chomp; s/(.*)\\n// and open(F, ">", "/run/systemd/system/$1") or die; print F; close F }`;
    await host.run(['perl', '-e', script], { input: files.join('') });
    await host.run(['systemctl', 'daemon-reload']);
    const { stdout } = await host.run([
      'systemctl',
      'show',
      '--property',
      'Description',
      '--value',
      ...names,
    ]);
    expect(stdout.replace(/\n$/, '').split('\n\n')).toEqual(pairs.map(([value]) => value));
  });
});
