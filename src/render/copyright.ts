import { bundledNodeProgram } from './bundled-node.ts';
import { continuationLines } from './quote/control.ts';
import { Quoted } from './quote/quoted.ts';
import { renderTemplate } from './template.ts';

/** SPDX identifiers of the licences that every Debian has the text of, and its name in /usr/share/common-licenses. */
const commonLicenses: ReadonlyArray<readonly [spdx: RegExp, file: string]> = [
  [/^Apache-2\.0$/, 'Apache-2.0'],
  [/^Artistic-1\.0-Perl$/, 'Artistic'],
  [/^CC0-1\.0$/, 'CC0-1.0'],
  [/^GFDL-1\.2(-|$)/, 'GFDL-1.2'],
  [/^GFDL-1\.3(-|$)/, 'GFDL-1.3'],
  [/^GPL-1(\.0)?([-+]|$)/, 'GPL-1'],
  [/^GPL-2(\.0)?([-+]|$)/, 'GPL-2'],
  [/^GPL-3(\.0)?([-+]|$)/, 'GPL-3'],
  [/^LGPL-2(\.0)?([-+]|$)/, 'LGPL-2'],
  [/^LGPL-2\.1([-+]|$)/, 'LGPL-2.1'],
  [/^LGPL-3(\.0)?([-+]|$)/, 'LGPL-3'],
  [/^MPL-1\.1$/, 'MPL-1.1'],
  [/^MPL-2\.0$/, 'MPL-2.0'],
];

export interface Copyright {
  name: string;
  maintainer: string;
  homepage: string | null;
  /** An SPDX expression, what npm takes for one (`UNLICENSED`, `SEE LICENSE IN x`), or null: nothing was said. */
  license: string | null;
  /** The app's own licence file, or null. */
  licenseText: string | null;
  epochSeconds: number;
  /** The Node that the package brings, with the text of its licence, or null. */
  node: { licenseText: string } | null;
}

/**
 * The copyright file of a package (Policy 12.5) in the machine-readable format 1.0. The terms are the app's own licence
 * file; without one, Debian's copy of the licence is referred to. Holders are the ones that the licence file names, or
 * the maintainer in the year of `epochSeconds`. Throws BadInput for a value that does not fit its field.
 */
export function renderCopyright(copyright: Copyright): string {
  const { name, maintainer, homepage, license, licenseText, epochSeconds, node } = copyright;
  const year = new Date(epochSeconds * 1000).getUTCFullYear();
  const holders = licenseText === null ? [] : holdersIn(licenseText);
  return renderTemplate(
    'doc/copyright',
    {
      name,
      maintainer,
      homepage,
      holders: fieldLines(holders.length > 0 ? holders.join('\n') : `${year} ${maintainer}`),
      shortName: shortName(license),
      terms: lines(terms(license, licenseText)),
      node: node === null ? null : { program: bundledNodeProgram, terms: lines(node.licenseText) },
    },
    'control',
  );
}

function lines(text: string): Quoted {
  return new Quoted(continuationLines(text).join('\n'));
}

/** Lines of a field whose first one stands beside its name. */
function fieldLines(text: string): Quoted {
  return new Quoted(lines(text).text.trimStart());
}

/** The licence's short name as the format writes it: one word, or words joined by `or` and `and`. */
function shortName(license: string | null): string {
  if (license === null) return 'unspecified';
  if (license === 'UNLICENSED') return 'proprietary';
  const expression = license
    .replace(/[()]/g, '')
    .replace(/\s+(OR|AND|WITH)\s+/gi, (_, operator: string) => ` ${operator.toLowerCase()} `);
  const known = /^[A-Za-z0-9.+-]+( (or|and|with) [A-Za-z0-9.+-]+)*$/.test(expression);
  return known ? expression : 'custom';
}

function terms(license: string | null, licenseText: string | null): string {
  const file = commonLicenses.find(([spdx]) => license !== null && spdx.test(license))?.[1];
  if (file !== undefined) {
    return `The full text of this license is on Debian systems in\n/usr/share/common-licenses/${file}.`;
  }
  if (licenseText?.trim()) return licenseText;
  if (license === null) return 'The authors of this package did not state a license.';
  if (license === 'UNLICENSED') return 'All rights reserved.';
  return `Licensed under: ${license}`;
}

/** What follows `Copyright (c)` in a licence file where it names a year; the blanks of a licence's form do not. */
function holdersIn(licenseText: string): string[] {
  const notices = licenseText.matchAll(/^[ \t]*(?:copyright|©)[ \t]*(?:\(c\)|©)?[ \t]*:?[ \t]*(\d{4}.*)$/gim);
  return [...notices]
    .map(([, notice = '']) => notice.replace(/\.?\s*All rights reserved\.?$/i, '').trim())
    .filter((notice) => !notice.includes('Free Software Foundation, Inc. <http'));
}
