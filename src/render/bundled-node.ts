import type { BundledNode } from '../bundled-node/bundle-node.ts';
import type { FileEntry } from '../package/package.ts';
import { renderTemplate } from './template.ts';

/** Where a release has its own Node, and with it first on PATH. */
export const bundledNodeFolder = '.mkdeb/bin';
export const bundledNodeProgram = `${bundledNodeFolder}/node`;

/** Node in the package `name`, and why lintian need not say what it says about it. */
export function renderBundledNode(name: string, node: BundledNode): FileEntry[] {
  const { program, size, version } = node;
  const values = { name, version, program: `/${bundledNodeProgram}` };
  const overrides = renderTemplate('doc/lintian-overrides', values, 'control');
  return [
    {
      kind: 'file',
      path: `/usr/lib/${name}/dist/${bundledNodeProgram}`,
      mode: 0o755,
      content: { disk: program, size },
    },
    {
      kind: 'file',
      path: `/usr/share/lintian/overrides/${name}`,
      mode: 0o644,
      content: { text: overrides },
    },
  ];
}
