import type { BundledNode } from '../bundled-node/bundle-node.ts';
import type { AppConfig } from '../config/app-config.ts';
import type { ChangelogEntry } from '../config/changelog-file.ts';
import type { FileEntry } from '../package/package.ts';
import { changelogFileName, packageChangelog } from './changelog.ts';
import { renderCopyright } from './copyright.ts';
import { gzip } from './gzip.ts';

/** The copyright file and the changelog, the user's own where there is one, in /usr/share/doc/NAME (Policy 12.5, 12.7). */
export function renderDocumentation(
  config: AppConfig,
  epochSeconds: number,
  licenseText: string | null,
  entries: readonly ChangelogEntry[] | null,
  node: BundledNode | null,
): FileEntry[] {
  const at = (file: string) => `/usr/share/doc/${config.name}/${file}`;
  const changelog = packageChangelog(config, epochSeconds, entries);
  return [
    {
      kind: 'file',
      path: at('copyright'),
      mode: 0o644,
      content: { text: renderCopyright({ ...config, licenseText, epochSeconds, node }) },
    },
    {
      kind: 'file',
      path: at(changelogFileName(config.version)),
      mode: 0o644,
      content: { bytes: gzip(changelog) },
    },
  ];
}
