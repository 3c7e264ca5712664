/** PEP 440's public and local version in all its spellings (packaging.python.org, "Version specifiers", appendix). */
const pep440 =
  /^v?(?:(?<epoch>\d+)!)?(?<release>\d+(?:\.\d+)*)(?:[-_.]?(?<pre>alpha|a|beta|b|preview|pre|c|rc)[-_.]?(?<preNumber>\d*))?(?:-(?<implicitPost>\d+)|[-_.]?(?<post>post|rev|r)[-_.]?(?<postNumber>\d*))?(?:[-_.]?(?<dev>dev)[-_.]?(?<devNumber>\d*))?(?:\+(?<local>[a-z0-9]+(?:[-_.][a-z0-9]+)*))?$/i;

const preNames: Readonly<Record<string, string>> = {
  alpha: 'a',
  beta: 'b',
  c: 'rc',
  pre: 'rc',
  preview: 'rc',
};

/**
 * The Debian version of a Python one, so that dpkg sorts as PEP 440 does: `1.0.dev3` (`1.0~~dev3`) before `1.0a1`
 * (`1.0~a1`) before `1.0` before `1.0.post1` (`1.0+post1`). Null where `text` is no version of PEP 440.
 */
export function debianVersionFromPep440(text: string): string | null {
  const parts = pep440.exec(text.trim())?.groups;
  if (parts === undefined) return null;
  const { epoch, release, pre, preNumber, implicitPost, post, postNumber, dev, devNumber, local } = parts;
  const preName = pre?.toLowerCase() ?? '';
  const hasPost = implicitPost !== undefined || post !== undefined;
  return [
    epoch === undefined || Number(epoch) === 0 ? '' : `${Number(epoch)}:`,
    release,
    pre === undefined ? '' : `~${preNames[preName] ?? preName}${preNumber || 0}`,
    hasPost ? `+post${implicitPost ?? (postNumber || 0)}` : '',
    // Of all that begins with this release a development version of the release itself is the first.
    dev === undefined ? '' : `${pre === undefined && !hasPost ? '~~' : '~'}dev${devNumber || 0}`,
    local === undefined ? '' : `+${local.toLowerCase().replaceAll(/[-_]/g, '.')}`,
  ].join('');
}
