/** Description (Policy 5.6.13): the synopsis and the lines of the extended description. */
export interface Description {
  synopsis: string;
  extended: string;
}

/** Policy 3.4.1: one line of under 80 characters. */
const longestSynopsis = 79;
const lineWidth = 76;

/** A description that was given, its first line the synopsis. `extended` is empty where there is no further line. */
export function splitDescription(text: string): Description {
  const [first = '', ...rest] = text.trim().split('\n');
  return {
    synopsis: first.trim(),
    // No empty line at either end, none twice in a row.
    extended: rest
      .map((line) => line.trimEnd())
      .join('\n')
      .replaceAll(/\n{3,}/g, '\n\n')
      .replaceAll(/^\n+|\n+$/g, ''),
  };
}

/** What Debian's conventions say against a synopsis (Policy 3.4.1), for warnings. */
export function synopsisFaults(synopsis: string, name: string): string[] {
  const faults: string[] = [];
  if (/^(an?|the)\s/i.test(synopsis)) faults.push('starts with an article');
  if (/\.$/.test(synopsis)) faults.push('ends with a dot');
  if (startsWithName(synopsis, name)) faults.push('starts with the package’s name');
  if (synopsis.length > longestSynopsis) faults.push(`is longer than ${longestSynopsis} characters`);
  return faults;
}

/**
 * A synopsis from package.json's description, mended to follow Policy 3.4.1, with what had to be cut off in the
 * extended description.
 */
export function mendDescription(text: string, name: string): Description {
  const whole = text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim();
  const sentenceEnd = /[.!?]\s/.exec(whole)?.index ?? whole.length;
  let synopsis = whole.slice(0, sentenceEnd);
  for (let before = ''; before !== synopsis; ) {
    before = synopsis;
    synopsis = synopsis.replace(/^(an?|the)\s+/i, '').replace(/[.\s]+$/, '');
    if (startsWithName(synopsis, name))
      synopsis = synopsis.slice(name.length).replace(/^\s*(is\b|[:,–—-])?\s*/i, '');
  }
  if (synopsis === '') synopsis = 'application packaged by mkdeb';
  if (!synopsis.includes(' ')) synopsis = `${synopsis} application`;
  const cut = synopsis.length > longestSynopsis;
  if (cut)
    synopsis = synopsis
      .slice(0, longestSynopsis + 1)
      .replace(/\s+\S*$/, '')
      .slice(0, longestSynopsis);
  const needsRest = cut || sentenceEnd < whole.length - 1;
  return { synopsis, extended: needsRest ? wrap(whole) : '' };
}

/** One paragraph of `width` columns, those that extended descriptions are written in unless given. */
export function wrap(text: string, width: number = lineWidth): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  lines.push(line);
  return lines.join('\n');
}

function startsWithName(synopsis: string, name: string): boolean {
  if (!synopsis.toLowerCase().startsWith(name.toLowerCase())) return false;
  return !/^[A-Za-z0-9_]/.test(synopsis.slice(name.length));
}
