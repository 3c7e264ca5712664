import { posix } from 'node:path';
import { BadInput } from '../bad-input.ts';
import type { ServiceConfig } from '../config/app-config.ts';
import { isAnyNode } from '../config/node-engine.ts';
import type { Entry, HostPath, SymlinkEntry } from '../package/package.ts';
import { nodeScriptFiles } from '../payload/node-script.ts';

/** What of an nfpm.yaml's contents is the app, and what stays where it is on the host. */
export interface AppInContents {
  /** The app's files, relative to its directory. */
  payload: Entry[];
  /** All the rest; links into the app lead to the release that is committed. */
  contents: Entry[];
  /** The service's command, relative to the app's directory. */
  exec: readonly string[];
  warnings: string[];
}

export interface Contents {
  name: string;
  service: ServiceConfig;
  entries: readonly Entry[];
  /** For messages: where `service` says its `key`, and which content puts something at a path. */
  serviceAt(key: string): string;
  contentAt(path: HostPath): string;
}

/** Where packages keep what is their own, below a directory of their name. */
const places = ['/usr/lib', '/usr/libexec', '/usr/share', '/opt', '/srv'];
/** Where a program without a slash is looked for. */
const programPlaces = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/**
 * Finds the app among what the contents of an nfpm.yaml install: the files of which a release is made, so that each
 * version runs from its own. It is the directory of the package's name that holds what `service.exec` starts
 * (/opt/NAME, /usr/lib/NAME); where that is a program in a directory of all packages (/usr/bin), it is that file alone.
 * Pure. Throws BadInput with every mistake, one a line, for an app that can't be found or can't be a release's.
 */
export function appInContents(given: Contents): AppInContents {
  const { name, service, entries } = given;
  const byPath = new Map(entries.map((entry) => [entry.path, entry]));
  const [command = '', ...args] = service.exec;
  const program = installedProgram(command, byPath);
  const installed = [program, ...args].map((word) => resolved(word, byPath));
  const started = startedFile(program, installed, byPath);
  const root = started === undefined ? onlyDirectory(given) : directoryOf(name, started);
  const isApp = (path: HostPath) => (root === null ? path === started : path.startsWith(`${root}/`));
  const relative = (path: HostPath) => (root === null ? posix.basename(path) : path.slice(root.length + 1));

  const exec = [program, ...args].map((word, i) => {
    const path = installed[i] ?? word;
    if (!byPath.has(path) || !isApp(path)) return word;
    return i === 0 ? `./${relative(path)}` : relative(path);
  });
  const app = entries.filter(({ path }) => isApp(path));
  const payload = app.map((entry) => ({ ...ofRelease(entry, root), path: relative(entry.path) }));
  const mistakes = [
    ...app
      .filter(({ path }) => /^\.mkdeb(\/|$)/.test(relative(path)))
      .map(
        ({ path }) =>
          `${given.contentAt(path)}.dst: ${path}: mkdeb keeps this name for itself; give it another`,
      ),
    ...app.flatMap((entry) => hostsOwn(given, entry)),
    ...(root === null ? [] : namesOfRoot(given, root, exec)),
    ...cannotStart(given, 'exec', exec, payload),
    ...service.hooks.flatMap(({ step, command }) => cannotStart(given, `hooks.${step}`, command, payload)),
  ];
  if (mistakes.length > 0) throw new BadInput(mistakes.join('\n'));

  const links: Entry[] =
    root === null && started !== undefined ? [intoRelease(name, started, relative(started))] : [];
  const rest = entries
    .filter(({ path }) => !isApp(path) && path !== root)
    .map((entry) => {
      const target = entry.kind === 'symlink' ? targetOf(entry) : '';
      return entry.kind === 'symlink' && isApp(target)
        ? { ...entry, ...intoRelease(name, entry.path, relative(target)) }
        : entry;
    });
  return { payload, contents: [...rest, ...links], exec, warnings: outsideWarnings(given, root) };
}

/** What the command starts of the contents: its program, else the first of its arguments, as the script that Node is given. */
function startedFile(
  program: string,
  installed: readonly string[],
  byPath: ReadonlyMap<HostPath, Entry>,
): HostPath | undefined {
  const [first = '', ...others] = installed;
  if (byPath.has(first)) return first;
  return program.startsWith('./')
    ? undefined
    : others.find((path) => byPath.has(path) && !/^\/(?:etc|var)\//.test(path));
}

/** A bare name that contents install on the PATH, as the path that it has there. */
function installedProgram(command: string, byPath: ReadonlyMap<HostPath, Entry>): string {
  if (command.includes('/')) return command;
  return programPlaces.map((place) => `${place}/${command}`).find((path) => byPath.has(path)) ?? command;
}

/** What a path leads to through the links that contents install. */
function resolved(path: string, byPath: ReadonlyMap<HostPath, Entry>): string {
  let at = path;
  for (let hops = 0; hops < 10; hops++) {
    const entry = byPath.get(at);
    if (entry?.kind !== 'symlink') return at;
    at = targetOf(entry);
  }
  return at;
}

function targetOf({ path, target }: SymlinkEntry): HostPath {
  return posix.resolve(posix.dirname(path), target);
}

/** The directory of the package's name around a file: mkdeb's own, or the nearest to the root; null where there is none. */
function directoryOf(name: string, path: HostPath): HostPath | null {
  const own = `/usr/lib/${name}/dist`;
  if (path.startsWith(`${own}/`)) return own;
  const at = path.indexOf(`/${name}/`);
  return at < 0 ? null : path.slice(0, at + name.length + 1);
}

/** The one directory of the package's own, where `service.exec` names nothing of it in full. */
function onlyDirectory({ name, entries, service, serviceAt }: Contents): HostPath {
  const own = `/usr/lib/${name}/dist`;
  const has = (directory: HostPath) => entries.some(({ path }) => path.startsWith(`${directory}/`));
  if (has(own)) return own;
  const found = places.map((place) => `${place}/${name}`).filter(has);
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  const where = `${serviceAt('exec')}: service.exec starts ${JSON.stringify(service.exec[0])}`;
  throw new BadInput(
    only === undefined
      ? `${where}; contents install neither that nor a directory of the package’s own, such as /opt/${name} or /usr/lib/${name}, that could be the app`
      : `${where}; contents install ${found.join(' and ')}, and only one can be the app: name what is started in full, such as ${only}/…`,
  );
}

/** An entry of the app, its links such that they lead to the same place from a release. */
function ofRelease(entry: Entry, root: HostPath | null): Entry {
  if (entry.kind !== 'symlink') return entry;
  const target = targetOf(entry);
  if (root === null || !target.startsWith(`${root}/`)) return { ...entry, target };
  return { ...entry, target: posix.relative(posix.dirname(entry.path), target) };
}

/** A link on the host to a file of the release that is committed; relative within /usr (Policy 10.5). */
function intoRelease(name: string, path: HostPath, file: string): SymlinkEntry {
  const target = `/usr/lib/${name}/releases/current/${file}`;
  const near = path.startsWith('/usr/') ? posix.relative(posix.dirname(path), target) : target;
  return { kind: 'symlink', path, target: near };
}

/** What of the app is the host's, and not a version's. */
function hostsOwn({ name, contentAt }: Contents, entry: Entry): string[] {
  const { path } = entry;
  if (entry.kind === 'file' && entry.conffile === true)
    return [
      `${contentAt(path)}.dst: ${path} is in the app, of which each version has its own, and a conffile is the host’s; put it below /etc/${name}`,
    ];
  const owner = 'owner' in entry ? (entry.owner ?? 'root') : 'root';
  if (entry.kind === 'directory' && owner !== 'root' && owner !== '0')
    return [
      `${contentAt(path)}.dst: ${path} is in the app, of which each version has its own, and what ${owner} writes there would be gone after an upgrade; put it below /var/lib/${name}`,
    ];
  return [];
}

/** Where the service names the app's directory, in which no version is found at run time. */
function namesOfRoot({ service, serviceAt }: Contents, root: HostPath, exec: readonly string[]): string[] {
  const named: [string, string][] = [
    ...exec.map((word): [string, string] => ['exec', word]),
    ...service.canary.check.map((word): [string, string] => ['canary', word]),
    ...service.hooks.flatMap(({ step, command }) =>
      command.map((word): [string, string] => [`hooks.${step}`, word]),
    ),
    ...Object.entries(service.environment).map(([key, value]): [string, string] => [
      `environment.${key}`,
      value,
    ]),
    ...service.unit.map(([section, key, value]): [string, string] => [`unit.${section}.${key}`, value]),
  ];
  return named
    .filter(([, value]) => `${value}/`.includes(`${root}/`))
    .map(
      ([key, value]) =>
        `${serviceAt(key)}: service.${key} is ${JSON.stringify(value)}; each version has its own ${root}, which is its working directory: write it relative to that`,
    );
}

/** What keeps a command, which the service's `key` says, from starting: nothing to start, or not in the app. */
function cannotStart(
  { serviceAt }: Contents,
  key: string,
  command: readonly string[],
  payload: readonly Entry[],
): string[] {
  const [program = '', script] = command;
  const where = `${serviceAt(key)}: service.${key} starts`;
  if (program.startsWith('./')) {
    const entry = payload.find(({ path }) => path === posix.normalize(program));
    if (entry === undefined) return [`${where} ${JSON.stringify(program)}, which contents don’t install`];
    if (entry.kind === 'directory') return [`${where} ${JSON.stringify(program)}, which is a directory`];
    const canRun = entry.kind !== 'file' || (entry.mode & 0o111) !== 0;
    return canRun
      ? []
      : [`${where} ${JSON.stringify(program)}, which is not executable; give it "file_info: {mode: 0755}"`];
  }
  if (!isAnyNode(program) || command.length !== 2 || script === undefined || script.startsWith('/'))
    return [];
  const candidates = nodeScriptFiles(script);
  return payload.some(({ path }) => candidates.includes(path))
    ? []
    : [`${where} ${JSON.stringify(script)}, which contents don’t install`];
}

function outsideWarnings({ name, entries, contentAt }: Contents, root: HostPath | null): string[] {
  return places
    .map((place) => `${place}/${name}`)
    .filter((directory) => root !== directory && root?.startsWith(`${directory}/`) !== true)
    .flatMap((directory) => {
      const file = entries.find(({ kind, path }) => kind === 'file' && path.startsWith(`${directory}/`));
      return file === undefined
        ? []
        : [
            `${contentAt(file.path)}: ${directory} is not in the app${root === null ? '' : ` (${root})`}: an upgrade replaces it at once, for the version that still drains too`,
          ];
    });
}
