/** What the schemas of mkdeb.yaml and nfpm.yaml are put together from. Every message says what was expected. */
import * as z from 'zod';
import { proposal } from './did-you-mean.ts';
import { longestPackageName, packageName } from './package-name.ts';
import { isSharedLibraries, type RelationField, relationMistake } from './relation.ts';

/** A map with these keys only. Its message has one line for every unknown key. */
export function map<Shape extends z.core.$ZodShape>(shape: Shape, expected: string) {
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => proposal(key, Object.keys(shape))).join('\n')
        : expected,
  });
}

export function text(expected: string) {
  return z.string({ error: expected });
}

/** A text that `mistake` finds nothing wrong with. */
export function checkedText(expected: string, mistake: (value: string) => string | null) {
  return text(expected).superRefine((value, context) => {
    const message = mistake(value);
    if (message !== null) context.addIssue({ code: 'custom', message });
  });
}

/** A package's name (Policy 5.6.1). */
export const debianName = text('expected a package name')
  .regex(packageName, {
    error:
      'expected a Debian package name: at least two lower-case letters, digits and + - . , a letter or digit first (Policy 5.6.1)',
  })
  .max(longestPackageName, { error: `a package name has at most ${longestPackageName} characters` });

/** Policy 2.4. */
export const archiveSection = text('expected an archive section such as net').regex(
  /^([a-z0-9-]+\/)?[a-z0-9-]+$/,
  { error: 'expected an archive section such as net or misc' },
);

/** One of a few words. */
export function oneOf<const Words extends readonly [string, ...string[]]>(words: Words) {
  return z.enum(words, { error: (issue) => proposal(issue.input, words) });
}

export function oneLine(expected: string) {
  return checkedText(expected, (value) =>
    value.trim() === ''
      ? `${expected}, not an empty text`
      : /\p{Cc}/u.test(value)
        ? `${expected} without control characters`
        : null,
  );
}

export function wholeNumber(from: number, to: number) {
  const error = `expected a whole number from ${from} to ${to}`;
  return z.int({ error }).min(from, { error }).max(to, { error });
}

export const relations = (field: RelationField, meaning: string) =>
  z
    .array(
      checkedText('expected a relation such as "libc6 (>= 2.36)"', (value) =>
        field === 'depends' && isSharedLibraries(value) ? null : relationMistake(value, field),
      ),
      { error: 'expected a list of relations such as "libc6 (>= 2.36)"' },
    )
    .meta({ description: meaning });
