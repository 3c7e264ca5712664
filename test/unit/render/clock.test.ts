import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const runtime = join(import.meta.dirname, '../../../templates/runtime');

/** The ways in which shell and Perl ask the clock that people, NTP and virtual machines set. (date -d @… shows a time.) */
const wallClock =
  /\bdate\b(?! -d "@).*\+|\bgettimeofday\b|\btime\s*\(|\btime\b\s*[-+;]|CLOCK_REALTIME|--since|\bsleep\b.*date/;

describe('the runtime', () => {
  it('waits by the clock that nobody sets, so that a step back of an hour does not keep it waiting', async () => {
    const found: string[] = [];
    for (const file of await readdir(runtime)) {
      const lines = (await readFile(join(runtime, file), 'utf8')).split('\n');
      for (const [at, line] of lines.entries()) {
        if (wallClock.test(line.replace(/^\s*#.*/, ''))) found.push(`${file}:${at + 1}: ${line.trim()}`);
      }
    }
    // Nothing else knows how long ago something was that happened before the last boot. It waits for nothing.
    expect(found).toEqual([expect.stringMatching(/^rollback\.sh:\d+: age=\$\(\(\$\(date \+%s\) - /)]);
  });
});
