import type { AppConfig } from '../config/app-config.ts';
import type { FileEntry } from '../package/package.ts';
import { changelogFileName, renderChangelog } from './changelog.ts';
import { renderCopyright } from './copyright.ts';
import { gzip } from './service-files.ts';

/** The copyright file and the changelog in /usr/share/doc/NAME (Policy 12.5, 12.7). */
export function renderDocumentation(
  config: AppConfig,
  epochSeconds: number,
  licenseText: string | null,
): FileEntry[] {
  const at = (file: string) => `/usr/share/doc/${config.name}/${file}`;
  const changelog = renderChangelog({ ...config, epochSeconds });
  return [
    {
      kind: 'file',
      path: at('copyright'),
      mode: 0o644,
      content: { text: renderCopyright({ ...config, licenseText, epochSeconds }) },
    },
    {
      kind: 'file',
      path: at(changelogFileName(config.version)),
      mode: 0o644,
      content: { bytes: gzip(changelog) },
    },
  ];
}
