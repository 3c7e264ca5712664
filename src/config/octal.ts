export const expectedMode = 'expected permission bits in octal such as 0644 or 04755';

/** Permission bits written as nfpm.yaml has them, `0644` or `0o644`; null for anything else. */
export function parseMode(text: string): number | null {
  const match = /^0(?:o?([0-7]{1,5}))?$/.exec(text);
  const mode = match === null ? Number.NaN : Number.parseInt(match[1] ?? '0', 8);
  return mode <= 0o7777 ? mode : null;
}

/** What is wrong with a text for permission bits, or null. */
export function modeMistake(text: string): string | null {
  if (parseMode(text) !== null) return null;
  // nfpm takes it for decimal: 644 is 01204 then.
  return /^[1-7][0-7]{0,4}$/.test(text) ? `${expectedMode}; write 0${text}` : expectedMode;
}
