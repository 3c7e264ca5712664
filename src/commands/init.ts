import { existsSync } from 'node:fs';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BadInput } from '../bad-input.ts';
import { lookAtApp } from './look-at-app.ts';
import { starterConfig } from './starter-config.ts';

export interface InitOptions {
  json?: boolean;
}

/** `mkdeb init`: looks at the app in `dir` and writes a mkdeb.yaml to start from. Throws BadInput where there is one. */
export async function init(dir: string, { json = false }: InitOptions): Promise<void> {
  if (!(await stat(dir).catch(() => null))?.isDirectory())
    throw new BadInput(`${dir}: there is no such directory`);
  const path = join(dir, 'mkdeb.yaml');
  if (existsSync(path)) throw new BadInput(`${path}: it is there already, and nothing is overwritten`);
  if (await configuredInPackageJson(dir)) {
    throw new BadInput(`${join(dir, 'package.json')}: mkdeb is configured here already, under "mkdeb"`);
  }
  const app = await lookAtApp(dir);
  await writeFile(path, starterConfig(app), { flag: 'wx' });
  if (json) {
    const { port, health, listens, language } = app;
    process.stdout.write(`${JSON.stringify({ path, language, port, health, listens })}\n`);
    return;
  }
  process.stdout.write(
    `${path}: written, with ${app.port === null ? 'port 8080 as a guess' : `port ${app.port}`}\n`,
  );
  process.stdout.write(`Read it through, then: mkdeb build ${dir}\n`);
}

async function configuredInPackageJson(dir: string): Promise<boolean> {
  const text = await readFile(join(dir, 'package.json'), 'utf8').catch(() => '{}');
  try {
    return Object.hasOwn(JSON.parse(text) as object, 'mkdeb');
  } catch {
    return false;
  }
}
