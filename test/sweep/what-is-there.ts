import type { TestHost } from '../../src/host/test-host.ts';
import type { SweptApp } from './swept-app.ts';

/**
 * Everything on the host that an upgrade could leave behind, in lines that are the same after every undisturbed upgrade:
 * releases that a link names are called NEW and OLD after their version, others KEPT.
 */
export async function whatIsThere(host: TestHost, app: SweptApp): Promise<string[]> {
  const { stdout } = await host.run(['sh', '/root/what-is-there.sh', app.name, String(app.port)]);
  const linked = new Set([...stdout.matchAll(/^link .* -> (\S+)/gm)].map(([, id]) => id));
  let text = stdout;
  for (const [, id = ''] of stdout.matchAll(/^release (\S+)$/gm)) {
    const kept = linked.has(id) ? versionOf(id, app) : 'KEPT';
    text = text.replaceAll(new RegExp(`(?<![\\w.=])${id.replaceAll('.', '\\.')}(?!\\w|\\.\\d)`, 'g'), kept);
  }
  return (
    text
      // A handoff with a network for each instance numbers these as they come.
      .replaceAll(/\bmkdeb\d+\b/g, 'mkdebN')
      .replaceAll(/\b198\.18\.\d+\.\d+/g, '198.18.N.N')
      .replaceAll(/\bfd4c:91a7:2e5b:[0-9a-f]+::/g, 'fd4c:91a7:2e5b:N::')
      .replaceAll(/ \(id: \d+\)/g, '')
      .split('\n')
      .filter(Boolean)
      .map((line) => line.replaceAll(app.to, 'NEW').replaceAll(app.from, 'OLD'))
      .sort()
  );
}

function versionOf(id: string, app: SweptApp): string {
  const [version = id] = id.split('_');
  return version === app.to ? 'NEW' : version === app.from ? 'OLD' : id;
}

/** What one has and the other has not, a line each; lines that occur several times count. */
export function difference(expected: readonly string[], found: readonly string[]): string[] {
  const left = [...expected];
  const more = found.filter((line) => {
    const at = left.indexOf(line);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
  return [...left.map((line) => `missing: ${line}`), ...more.map((line) => `left behind: ${line}`)];
}
