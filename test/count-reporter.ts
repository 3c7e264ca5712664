import { appendFileSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';
import type { Reporter, SerializedError, TestCase, TestModule } from 'vitest/node';

/**
 * Appends `PASSED FAILED` to the file that TEST_COUNTS names, for test/run to add up, and for each failure a line
 * `FAILED NAME: WHY`, which it repeats at the end: of a long run often no more than the end is kept. A file that cannot be
 * loaded and an error outside of tests count as failures; with CI=true a skipped test does too. Says at once why a test
 * fails: the run may be cut off before it tells them all.
 */
export default class CountReporter implements Reporter {
  onTestCaseResult(test: TestCase): void {
    const { state, errors = [] } = test.result();
    if (state !== 'failed') return;
    const why = errors.map((error) => error.stack ?? error.message).join('\n');
    console.log(`failed just now: ${test.module.relativeModuleId}: ${test.fullName}\n${why}\n`);
  }

  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const file = process.env['TEST_COUNTS'];
    if (file === undefined) return;
    let passed = 0;
    const failures = unhandled.map((error) => `an error outside of tests: ${error.message}`);
    for (const module of modules) {
      const where = module.relativeModuleId;
      if (module.errors().length > 0) failures.push(`${where} could not be loaded${why(module.errors())}`);
      for (const suite of module.children.allSuites()) {
        if (suite.errors().length > 0) failures.push(`${where}: ${suite.fullName}${why(suite.errors())}`);
      }
      for (const test of module.children.allTests()) {
        const { state, errors } = test.result();
        if (state === 'passed') passed++;
        else if (state !== 'skipped') failures.push(`${where}: ${test.fullName}${why(errors)}`);
        else if (process.env['CI'] === 'true')
          failures.push(`${where}: ${test.fullName} (skipped, though CI=true)`);
      }
    }
    const lines = failures.map((name) => `FAILED ${name.replaceAll('\n', ' ')}`);
    appendFileSync(file, `${[...lines, `${passed} ${failures.length}`].join('\n')}\n`);
  }
}

/** What the errors say, with the difference to what was expected, as one line of at most 800 characters. */
function why(errors: readonly SerializedError[] = []): string {
  const said = errors.map(({ message, diff }) => [message, diff].filter(Boolean).join(' '));
  const line = stripVTControlCharacters(said.join('; ')).replace(/\s+/g, ' ');
  return line === '' ? '' : `: ${line.length > 800 ? `${line.slice(0, 400)} … ${line.slice(-400)}` : line}`;
}
