// node reader.mjs DIST, over an IPC channel: { path, other, only } → what inspect, diff and lint made of the package, what
// they printed that no terminal should get, and what it took: { outcomes, treacherous, ms, megabytes }.
import { performance } from 'node:perf_hooks';

const dist = process.argv[2];
const { inspect } = await import(`${dist}/commands/inspect.js`);
const { diff } = await import(`${dist}/commands/diff.js`);
const { lint } = await import(`${dist}/commands/lint.js`);

const inText = /[^\P{Cc}\n\t]|[\p{Bidi_Control}\u2028\u2029]/u;
const inLine = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u;

let treacherous = null;
process.stdout.write = (text) => {
  if (inText.test(text)) treacherous ??= JSON.stringify(inText.exec(text)[0]);
  return true;
};

process.on('message', async ({ path, other, only }) => {
  const commands = {
    inspect: () => inspect(path, {}),
    'inspect --json': () => inspect(path, { json: true }),
    'diff --text': () => diff(other, path, { text: true }),
    'diff --json': () => diff(path, other, { json: true }),
    lint: () => lint(path, { lintian: false }),
  };
  const outcomes = {};
  treacherous = null;
  const before = performance.now();
  for (const [name, run] of Object.entries(commands)) {
    if (only !== undefined && name !== only) continue;
    try {
      await run();
      outcomes[name] = 'read';
    } catch (error) {
      if (inLine.test(error.message)) treacherous ??= JSON.stringify(error.message);
      outcomes[name] = error.name === 'BadInput' ? `refused: ${error.message}` : `fell: ${error.stack}`;
    }
  }
  process.exitCode = 0;
  const ms = Math.round(performance.now() - before);
  process.send({ outcomes, treacherous, ms, megabytes: Math.round(process.resourceUsage().maxRSS / 1024) });
});
process.send('ready');
