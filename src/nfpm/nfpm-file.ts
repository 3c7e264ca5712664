import { basename } from 'node:path';

/** Whether a configuration is an nfpm.yaml, by its name: `nfpm.yaml`, `nfpm-arm64.yml`, `deb.nfpm.yaml`. */
export function isNfpmFile(path: string): boolean {
  return /(^|[._-])nfpm([._-].*)?\.ya?ml$/i.test(basename(path));
}
