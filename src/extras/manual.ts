/** A manual as its source says where it belongs: what man(1) finds it by. */
export interface Manual {
  /** Its file's name on the host, without .gz: `shop.1`, `shop.3pm`. */
  name: string;
  /** 1 to 9. */
  section: string;
  /** A locale's name such as de or pt_BR; null: English. */
  language: string | null;
}

const language = /^[a-z]{2}(?:_[A-Z]{2})?(?:@[a-z]+)?$/;

/**
 * Where a manual belongs, as dh_installman(1) finds it: its section from `.TH` (man(7)) or `.Dt` (mdoc(7)), else from
 * its name; its language from its name (`shop.de.1`) or its directory (`de/shop.1`, `de/man1/shop.1`). A text that says
 * what is wrong where there is no section.
 */
export function readManual(path: string, source: string): Manual | string {
  const parts = path.replace(/\.gz$/, '').split('/');
  const file = parts.pop() ?? '';
  const section = sectionIn(source) ?? /\.([1-9][a-z0-9]*)$/.exec(file)?.[1];
  if (section === undefined) {
    return 'no section is found: expected ".TH NAME 1" or ".Dt NAME 1" in it, or a name such as shop.1';
  }
  const stem = file.replace(/\.(?:[1-9][a-z0-9]*|man|mdoc)$/, '');
  const suffix = /^(.+)\.([^.]+)$/.exec(stem);
  const inName = suffix !== null && language.test(suffix[2] as string);
  const folder = /^man[1-9]$/.test(parts.at(-1) ?? '') ? parts.at(-2) : parts.at(-1);
  const found = inName ? suffix[2] : language.test(folder ?? '') ? folder : null;
  return {
    name: `${inName ? suffix[1] : stem}.${section}`,
    section: section[0] as string,
    language: found === undefined || found === 'en' ? null : found,
  };
}

function sectionIn(source: string): string | undefined {
  for (const line of source.split('\n')) {
    const found = /^\.\s*(?:TH|Dt)\s+(?:"[^"]*"|\S+)\s+"?([1-9][a-zA-Z0-9]*)"?(?:\s|$)/.exec(line)?.[1];
    if (found !== undefined) return found.toLowerCase();
  }
  return undefined;
}
