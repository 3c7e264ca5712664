import { mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Vitest's global setup: brings dist/ up to date, for what tests run as a process of its own. Only files that changed
 * are compiled, each alone and without checking (`npm run check` does that), and moved into place whole, so that
 * several test runs may do this at once.
 */
export default async function freshDist(): Promise<void> {
  const stale: Array<{ source: string; target: string }> = [];
  for (const name of await readdir(join(root, 'src'), { recursive: true })) {
    if (!name.endsWith('.ts')) continue;
    const source = join(root, 'src', name);
    const target = join(root, 'dist', name.replace(/\.ts$/, '.js'));
    if ((await modified(target)) <= (await modified(source))) stale.push({ source, target });
  }
  if (stale.length === 0) return;
  const { default: ts } = await import('typescript');
  const configuration = ts.getParsedCommandLineOfConfigFile(
    join(root, 'tsconfig.build.json'),
    {},
    {
      ...ts.sys,
      onUnRecoverableConfigFileDiagnostic: (diagnostic) => {
        throw new Error(ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n'));
      },
    },
  );
  for (const { source, target } of stale) {
    const { outputText } = ts.transpileModule(await readFile(source, 'utf8'), {
      fileName: source,
      // One file alone cannot be seen to be in a package of ES modules.
      compilerOptions: { ...configuration?.options, module: ts.ModuleKind.ESNext },
    });
    await mkdir(dirname(target), { recursive: true });
    await writeFile(`${target}.${process.pid}`, outputText);
    await rename(`${target}.${process.pid}`, target);
  }
}

/** In ms; 0 for a file that is not there. */
async function modified(path: string): Promise<number> {
  return (await stat(path).catch(() => ({ mtimeMs: 0 }))).mtimeMs;
}
