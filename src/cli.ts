#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { BadInput } from './bad-input.ts';

/** The commands' names and options, and what becomes of their errors. Each command is imported when it is called. */
function program(): Command {
  const mkdeb = new Command('mkdeb')
    .description('Builds Debian packages whose upgrades lose no request.')
    .version(ownVersion())
    // `mkdeb --version` is mkdeb's, `mkdeb build --version 1.2` the package's.
    .enablePositionalOptions()
    .exitOverride();

  mkdeb
    .command('build')
    .description('build the package of the app in DIR')
    .argument('[DIR]', 'the app’s directory', '.')
    .option('-c, --config <FILE>', 'the configuration (default: DIR/mkdeb.yaml)')
    .option('-o, --output <PATH>', 'the package’s file, or the directory for it (default: ".")')
    .option('--version <VERSION>', 'the package’s version, instead of the configured one')
    .option('--arch <ARCH>', 'the package’s architecture, instead of the configured one')
    .option('--compress <METHOD>', 'zstd, xz, gzip or none', 'zstd')
    .option('--json', 'tell the result as one JSON object')
    .action(async (dir, options) => (await import('./commands/build.ts')).build(dir, options));

  mkdeb
    .command('render')
    .description('write every file that mkdeb would add to the package, to read before trusting it')
    .argument('[DIR]', 'the app’s directory', '.')
    .requiredOption('-o, --output <OUT>', 'an empty or new directory')
    .option('-c, --config <FILE>', 'the configuration (default: DIR/mkdeb.yaml)')
    .option('--version <VERSION>', 'the package’s version, instead of the configured one')
    .option('--arch <ARCH>', 'the package’s architecture, instead of the configured one')
    .action(async (dir, options) => (await import('./commands/render.ts')).render(dir, options));

  mkdeb
    .command('rehearse')
    .description('upgrade OLD to NEW under load on a throwaway Debian, and say what became of every request')
    .usage('[options] OLD NEW\n       mkdeb rehearse [options] --from TAG [--to TAG] [APP]')
    .argument('[OLD]', 'a .deb, or an app’s directory, which is built first')
    .argument('[NEW]', 'the version after it')
    .option('--from <TAG>', 'instead of OLD: the app in APP (default: ".") at this tag of its git repository')
    .option('--to <TAG>', 'instead of NEW: the app at this tag, or "." as it is now (default: ".")')
    .option('--prepare <COMMAND>', 'what makes the app ready at a tag before it is built: "npm ci", say')
    .option('--debian <RELEASE>', 'of the throwaway host: 12 or 13', '12')
    .option('--rate <N>', 'new connections a second', '200')
    .option('--connections <N>', 'kept connections besides, with 10 requests a second each', '10')
    .option('--path <PATH>', 'what is asked for; it has to be answered 200', '/')
    .option('--long <PATH>', 'a path of slow requests, of which five go on at any time')
    .option('--version-header <NAME>', 'the header in which the app names its version', 'X-Version')
    .option('--duration <TIME>', 'how long the load goes on at least', '10s')
    .option('--upgrades <N>', 'there and back, so many', '1')
    .option('--bad <NEW-BAD>', 'an unhealthy version, which must be refused afterwards')
    .option('--kill', 'one more upgrade: apt is killed in its midst, and mended')
    .option('--reboot', 'reboot at the end: what is committed has to serve')
    .option('--check <PROGRAM>', 'a program of yours, run before, during and after the upgrades')
    .option('--against <WAY>', 'restart: the same payload in a plain package, stopped and started')
    .option('--report <FILE>', 'write the report, one HTML file')
    .option('--svg <FILE>', 'write its main figure')
    .option('--json <FILE>', 'write all that was measured')
    .option('--junit <FILE>', 'write the result as CI systems read it')
    .action(async (old, next, options) =>
      (await import('./commands/rehearse.ts')).rehearse(
        [old, next].filter((arg) => arg !== undefined),
        options,
      ),
    );

  mkdeb
    .command('inspect')
    .description('show what a package holds: fields, files, units, scripts')
    .argument('<FILE>', 'a .deb')
    .option('--json', 'tell it as one JSON object')
    .action(async (file, options) => (await import('./commands/inspect.ts')).inspect(file, options));

  mkdeb
    .command('init')
    .description('look at the app in DIR and write a commented mkdeb.yaml')
    .argument('[DIR]', 'the app’s directory', '.')
    .action(async (dir) => (await import('./commands/init.ts')).init(dir));

  return mkdeb;
}

function ownVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return version;
}

/** Tells an error and returns the exit code: 1 for a failure, 2 for bad input. */
function report(error: unknown): number {
  // commander has told its own already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof BadInput) {
    process.stderr.write(`${error.message}\n`);
    return 2;
  }
  const isFromSystem = error instanceof Error && typeof (error as NodeJS.ErrnoException).code === 'string';
  const told =
    error instanceof Error ? (isFromSystem ? error.message : (error.stack ?? error.message)) : String(error);
  process.stderr.write(`mkdeb: ${told}\n`);
  return 1;
}

// `mkdeb inspect x.deb | head` closes the pipe early: there is nobody left to tell.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') process.stderr.write(`mkdeb: ${error.message}\n`);
  process.exit(error.code === 'EPIPE' ? 0 : 1);
});

try {
  await program().parseAsync();
} catch (error) {
  process.exitCode = report(error);
}
