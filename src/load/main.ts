import { setPriority } from 'node:os';
import { createInterface } from 'node:readline';
import { Generator } from './generator.ts';
import type { Answer, Command } from './protocol.ts';

/** The generator's process: see protocol.ts. */
let generator: Generator | null = null;

try {
  // On a busy machine the one who measures must not be the one who waits.
  setPriority(-10);
} catch {
  // Not root: `behind` in the report says how late it was.
}

for await (const line of createInterface({ input: process.stdin })) {
  const answer = await obey(JSON.parse(line) as Command);
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
process.exit(0);

async function obey(command: Command): Promise<Answer> {
  if ('start' in command) {
    generator = new Generator(command.start);
    return { done: true };
  }
  if (generator === null) throw new Error('the first command is start');
  if ('mark' in command) {
    generator.mark(command.mark);
    return { done: true };
  }
  return { report: 'stop' in command ? await generator.stop() : generator.snapshot() };
}
