/** `Name <mail>` as Maintainer takes it (Policy 5.6.2). */
export const maintainer = /^[^\s<>,"][^<>,"\p{Cc}]*\s<[^\s<>@,"]+@[^\s<>@,"]+>$/u;

export const expectedMaintainer =
  'expected one person with a mail address, such as "Ada Lovelace <ada@example.org>"';

/**
 * A package.json person (a text `Name <mail> (url)`, or an object with `name` and `email`) as a Debian maintainer; null
 * where the name or the mail address is missing or can't be written as one.
 */
export function maintainerFromPerson(person: unknown): string | null {
  let name: unknown;
  let mail: unknown;
  if (typeof person === 'string') {
    const match = /^([^<(]*)<([^>]*)>/.exec(person);
    [name, mail] = [match?.[1], match?.[2]];
  } else if (typeof person === 'object' && person !== null) {
    ({ name, email: mail } = person as { name?: unknown; email?: unknown });
  }
  if (typeof name !== 'string' || typeof mail !== 'string') return null;
  // Policy 5.6.2 has exactly one address, and a comma would end it.
  const text = `${name.replaceAll(/[,"]/g, ' ').replaceAll(/\s+/g, ' ').trim()} <${mail.trim()}>`;
  return maintainer.test(text) ? text : null;
}
