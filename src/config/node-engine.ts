/** Whether a command's first word is Node as Debian installs it, or as PATH has it. */
export function isNode(program: string): boolean {
  return /^(\/usr\/bin\/)?node(js)?$/.test(program);
}

/** Whether a command's first word is Node, wherever that lies. */
export function isAnyNode(program: string): boolean {
  return /^(.*\/)?node(js)?$/.test(program);
}

interface Bound {
  relation: '>=' | '>>';
  /** As numbers, missing parts left out. */
  version: readonly number[];
}

/**
 * The Debian relation for `engines.node` of a package.json: its lower bound, `>=18 <21 || ^22.1` gives
 * `nodejs (>= 18)`. Upper bounds are left out: npm only warns about them, and Debian has one Node a release.
 * `nodejs` alone where the range has no lower bound; null where it isn't a version range.
 */
export function nodejsRelation(range: string): string | null {
  let lowest: Bound | null = null;
  for (const alternative of range.split('||')) {
    const bound = lowerBound(alternative.trim());
    if (bound === null) return null;
    if (bound.version.length === 0) return 'nodejs';
    if (lowest === null || compare(bound, lowest) < 0) lowest = bound;
  }
  return lowest === null ? null : `nodejs (${lowest.relation} ${lowest.version.join('.')})`;
}

/** The highest lower bound of comparators that all hold; an empty version where there is none. */
function lowerBound(text: string): Bound | null {
  const hyphenRange = /^(\S+)\s+-\s+\S+$/.exec(text);
  if (hyphenRange !== null) return lowerBound(`>=${hyphenRange[1]}`);

  let highest: Bound = { relation: '>=', version: [] };
  const comparators = text.replaceAll(/([<>=~^])\s+/g, '$1').split(/\s+/);
  for (const comparator of comparators) {
    if (comparator === '' || comparator === 'latest' || comparator === 'lts') continue;
    const match =
      /^(>=|<=|>|<|=|\^|~>?)?v?(\d+|[xX*])(?:\.(\d+|[xX*]))?(?:\.(\d+|[xX*]))?(?:-[0-9A-Za-z.-]+)?$/.exec(
        comparator,
      );
    if (match === null) return null;
    const operator = match[1] ?? '=';
    if (operator.startsWith('<')) continue;
    const bound = boundOf(operator, match.slice(2, 5));
    if (compare(bound, highest) > 0) highest = bound;
  }
  return highest;
}

function boundOf(operator: string, parts: readonly (string | undefined)[]): Bound {
  const version: number[] = [];
  for (const part of parts) {
    if (part === undefined || !/^\d+$/.test(part)) break;
    version.push(Number(part));
  }
  if (operator !== '>' || version.length === 0) return { relation: '>=', version: withoutZeros(version) };
  // `>18` means 19 or later, `>18.1.2` anything after exactly that.
  if (version.length === 3) return { relation: '>>', version };
  const last = version.pop() ?? 0;
  return { relation: '>=', version: [...version, last + 1] };
}

function withoutZeros(version: readonly number[]): number[] {
  const parts = [...version];
  while (parts.length > 1 && parts.at(-1) === 0) parts.pop();
  return parts;
}

function compare(a: Bound, b: Bound): number {
  for (let i = 0; i < 3; i++) {
    const difference = (a.version[i] ?? 0) - (b.version[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.version.length - b.version.length;
}
