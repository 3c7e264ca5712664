import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { execa } from 'execa';
import type { Manifest } from '../config/manifest.ts';
import type { NodeApp } from '../config/node-app.ts';
import { debianPackageName } from '../config/package-name.ts';
import { maintainerFromPerson } from '../config/person.ts';
import { readIfThere, readManifest } from '../config/read-manifest.ts';
import { readJson } from '../config/source-document.ts';
import { pastReleases } from '../git/releases.ts';
import { payloadPaths } from '../payload/payload-paths.ts';

/** What a look at an app's files tells. */
export interface AppLook {
  /** The file that names the app, from which mkdeb takes what it says. */
  manifest: Manifest | null;
  /** From package.json where there is one. */
  node: NodeApp | null;
  /** Of the directory; null where the manifest tells it. */
  name: string | null;
  language: 'node' | 'go' | 'rust' | 'python' | null;
  /** Whether a release is tagged in its git repository. */
  isTagged: boolean;
  /** Where a Python app most likely starts. */
  mainFile: string | null;
  /** Git's user.name and user.email. */
  maintainer: string | null;
  port: number | null;
  /** A path that looks like a health check. */
  health: string | null;
  /** How the source takes its port: from fd 3, with SO_REUSEPORT, or otherwise. */
  listens: 'fd' | 'self' | null;
}

const sources = /\.([cm]?[jt]s|go|py|rs)$/;
const largestSource = 500_000;
const mostSources = 500;

const portPatterns = [
  /\bPORT\b['"\])]*\s*(?:\|\||\?\?|,)\s*['"]?(\d{2,5})\b/,
  /\blisten\(\s*\{[^}]*\bport:\s*(\d{2,5})\b/,
  /\.listen\(\s*(\d{2,5})\b/,
  /\b(?:ListenAndServe|Listen)\w*\([^)]*"[\w.]*:(\d{2,5})"/,
  /"(?:0\.0\.0\.0|127\.0\.0\.1|localhost)?:(\d{2,5})"/,
  /\bport\s*[:=]+\s*['"]?(\d{2,5})\b/i,
];
const healthPattern = /['"`](\/(?:healthz?|health\/(?:live|ready)|livez|readyz|ready|_health|up|ping))['"`]/;

const languages: Readonly<Record<string, AppLook['language']>> = {
  'package.json': 'node',
  'Cargo.toml': 'rust',
  'pyproject.toml': 'python',
  'go.mod': 'go',
};
const pythonStarts = ['main.py', 'app.py', 'server.py', '__main__.py'];

/** Looks at the app in `dir`: its manifest, its git tags, and its sources for a port and a health check. */
export async function lookAtApp(dir: string): Promise<AppLook> {
  const packageFile = join(dir, 'package.json');
  const packageText = await readIfThere(packageFile);
  const packageJson = packageText === null ? null : readJson(packageFile, packageText, () => false);
  const { manifest, node } = await readManifest(dir, packageJson);
  const ownName = manifest?.name().value;
  const name = ownName === undefined ? debianPackageName(basename(resolve(dir))) : null;
  const past = await pastReleases(dir, ownName ?? name ?? '', '');
  const text = await sourceText(dir);
  return {
    ...{ manifest, node, name },
    language: languages[manifest?.file ?? ''] ?? null,
    isTagged: typeof past !== 'string' && past.releases.length > 0,
    mainFile: pythonStarts.find((file) => existsSync(join(dir, file))) ?? null,
    maintainer: manifest?.maintainer().value === undefined ? await gitUser(dir) : null,
    port: findPort(text),
    health: healthPattern.exec(text)?.[1] ?? null,
    listens: /\bfd:\s*3\b|LISTEN_FDS|NewFile\(3,/.test(text)
      ? 'fd'
      : /SO_REUSEPORT|reusePort:\s*true|reuse_port/.test(text)
        ? 'self'
        : null,
  };
}

async function sourceText(dir: string): Promise<string> {
  const { paths } = await payloadPaths(dir, [], null);
  const own = [...paths.keys()].filter(
    (path) => sources.test(path) && !/(^|\/)(node_modules|vendor|tests?|__tests__)\//.test(path),
  );
  const texts: string[] = [];
  // Near the root first: that is where an app starts.
  const nearFirst = own.sort((a, b) => a.split('/').length - b.split('/').length || (a < b ? -1 : 1));
  for (const path of nearFirst.slice(0, mostSources)) {
    const text = await readFile(join(dir, path), 'utf8').catch(() => '');
    if (text.length <= largestSource) texts.push(text);
  }
  return texts.join('\n');
}

function findPort(text: string): number | null {
  for (const pattern of portPatterns) {
    const port = Number(pattern.exec(text)?.[1]);
    if (port >= 1 && port <= 65_535) return port;
  }
  return null;
}

async function gitUser(dir: string): Promise<string | null> {
  const read = async (key: string) =>
    (await execa('git', ['-C', dir, 'config', '--get', key], { reject: false })).stdout ?? '';
  return maintainerFromPerson({ name: await read('user.name'), email: await read('user.email') });
}
