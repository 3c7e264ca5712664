import { debianVersionMistake } from '../package/debian-version.ts';
import {
  asRecord,
  type Derived,
  derivedMaintainer,
  derivedName,
  licenseOf,
  type Manifest,
  textOf,
  webAddress,
} from './manifest.ts';
import { mistake } from './mistakes.ts';
import { nodejsRelation } from './node-engine.ts';
import { debianVersionFromSemver } from './semver.ts';
import { splitShellWords } from './shell-words.ts';
import type { SourceDocument } from './source-document.ts';

export interface Command {
  words: readonly string[];
  environment: Readonly<Record<string, string>>;
}

/** What package.json says of an app, how it is started included. */
export interface NodeApp extends Manifest {
  /** `scripts.start`, else `main`, else server.js as npm has it. */
  command(): Derived<Command>;
  /** The relation for `engines.node`; plain `nodejs` where there is none that can be read. */
  nodejs(): string;
}

/** What there is in the app's directory besides package.json. */
export interface AppFiles {
  has(path: string): boolean;
}

/** Reads an app's package.json; nothing is required of it. */
export function nodeApp(source: SourceDocument, files: AppFiles): NodeApp {
  const root = asRecord(source.value);

  return {
    file: 'package.json',
    isTagged: false,
    name: () => derivedName(source, ['name']),
    version() {
      if (root['version'] === undefined) return {};
      const value = typeof root['version'] === 'string' ? debianVersionFromSemver(root['version']) : null;
      const why = value === null ? 'expected a semantic version such as 1.2.0' : debianVersionMistake(value);
      if (value !== null && why === null) return { value };
      return { mistake: mistake(source, ['version'], `${why}; mend it, or give version in mkdeb.yaml`) };
    },
    maintainer: () =>
      root['author'] === undefined ? {} : derivedMaintainer(source, ['author'], [root['author']]),
    description: () => textOf(root['description']),
    homepage: () => webAddress([root['homepage']]),
    license: () => licenseOf(root['license']),
    command() {
      const start = textOf(asRecord(root['scripts'])['start']);
      if (start !== null) return commandFromScript(start, source, files);
      const main = textOf(root['main']);
      if (main !== null) return { value: { words: ['node', main], environment: {} } };
      const usual = ['server.js', 'index.js'].find((file) => files.has(file));
      return usual === undefined ? {} : { value: { words: ['node', usual], environment: {} } };
    },
    nodejs() {
      const range = textOf(asRecord(root['engines'])['node']);
      return (range === null ? null : nodejsRelation(range)) ?? 'nodejs';
    },
  };
}

function commandFromScript(script: string, source: SourceDocument, files: AppFiles): Derived<Command> {
  const refuse = (why: string) => ({
    mistake: mistake(source, ['scripts', 'start'], `${why}; give service.exec in mkdeb.yaml`),
  });
  const split = splitShellWords(script);
  if ('quote' in split) return refuse(`${JSON.stringify(split.quote)} has no end`);
  if ('character' in split) {
    // One command is still the process that systemd sees when the shell execs it; of several commands none would be.
    if (/[;&|()`{\n]/.test(script)) return refuse('a service is one command');
    if (/^[A-Za-z_][A-Za-z0-9_]*=/.test(script))
      return refuse('a variable before a command that needs a shell');
    return { value: { words: ['/bin/sh', '-c', `exec ${script}`], environment: {} } };
  }
  const [first, ...rest] = split.words;
  if (first === undefined) return refuse('expected a command');
  if (first === 'npm' || first === 'npx' || first === 'yarn' || first === 'pnpm') {
    return refuse(`${first} is a developer’s tool and passes signals on late; name the program itself`);
  }
  // npm runs scripts with the app's own programs on PATH.
  const own = `node_modules/.bin/${first}`;
  const program = !first.includes('/') && files.has(own) ? `./${own}` : first;
  const relative = program.includes('/') && !program.startsWith('/') && !program.startsWith('./');
  return {
    value: {
      words: [relative ? `./${program}` : program, ...rest],
      environment: Object.fromEntries(split.assignments),
    },
  };
}
