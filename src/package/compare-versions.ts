/**
 * Which of two Debian versions is the newer one, as dpkg has it (Policy 5.6.12): below zero where `a` is the older,
 * zero where they are equal (`1.0` and `0:1.0-0` are).
 */
export function compareVersions(a: string, b: string): number {
  const [one, other] = [parts(a), parts(b)];
  return (
    one.epoch - other.epoch ||
    compareParts(one.upstream, other.upstream) ||
    compareParts(one.revision, other.revision)
  );
}

function parts(version: string): { epoch: number; upstream: string; revision: string } {
  const colon = version.indexOf(':');
  const rest = version.slice(colon + 1);
  const hyphen = rest.lastIndexOf('-');
  return {
    epoch: colon < 0 ? 0 : Number(version.slice(0, colon)) || 0,
    upstream: hyphen < 0 ? rest : rest.slice(0, hyphen),
    revision: hyphen < 0 ? '' : rest.slice(hyphen + 1),
  };
}

/** Texts and numbers by turns, texts first. */
function compareParts(a: string, b: string): number {
  let one = a;
  let other = b;
  while (one !== '' || other !== '') {
    for (const [pattern, compare] of [
      [/^\D*/, compareTexts],
      [/^\d*/, compareNumbers],
    ] as const) {
      const [mine, theirs] = [pattern.exec(one)?.[0] ?? '', pattern.exec(other)?.[0] ?? ''];
      const order = compare(mine, theirs);
      if (order !== 0) return order;
      one = one.slice(mine.length);
      other = other.slice(theirs.length);
    }
  }
  return 0;
}

function compareTexts(a: string, b: string): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const order = orderOf(a[i]) - orderOf(b[i]);
    if (order !== 0) return order;
  }
  return 0;
}

/** A tilde comes before the end, the end before letters, letters before all else. */
function orderOf(character: string | undefined): number {
  if (character === undefined) return 0;
  if (character === '~') return -1;
  const code = character.charCodeAt(0);
  return /[A-Za-z]/.test(character) ? code : code + 256;
}

function compareNumbers(a: string, b: string): number {
  const [one, other] = [a.replace(/^0+/, ''), b.replace(/^0+/, '')];
  return one.length - other.length || (one < other ? -1 : one > other ? 1 : 0);
}
