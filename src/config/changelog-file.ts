import * as z from 'zod';
import { BadInput } from '../bad-input.ts';
import { describeIssues } from './mistakes.ts';
import { checkedText, oneLine } from './schema-parts.ts';
import { readYaml } from './source-document.ts';
import { expectedTimestamp, parseTimestamp } from './timestamp.ts';

/** One version's entry in a changelog, newest first as the file has them. */
export interface ChangelogEntry {
  version: string;
  distributions: string;
  urgency: string;
  /** The lines of each change. */
  changes: readonly (readonly string[])[];
  packager: string;
  epochSeconds: number;
}

const expectedVersion = 'expected a version such as 1.2.0';
const version = checkedText(expectedVersion, (value) =>
  /^[A-Za-z0-9.+~:-]+$/.test(value) ? null : expectedVersion,
);

/** What github.com/goreleaser/chglog writes; what a .deb has no place for is passed over. */
const changelogSchema = z.array(
  z.object(
    {
      semver: version,
      date: checkedText(expectedTimestamp, (value) =>
        parseTimestamp(value) === null ? expectedTimestamp : null,
      ),
      packager: oneLine('expected a person such as "Ada Lovelace <ada@example.org>"'),
      changes: z
        .array(z.object({ note: z.string({ error: 'expected a text' }) }, { error: 'expected {note: …}' }), {
          error: 'expected a list such as [{note: what has changed}]',
        })
        .nullish(),
      deb: z
        .object(
          {
            urgency: z
              .enum(['low', 'medium', 'high', 'emergency', 'critical'], {
                error: 'expected one of low, medium, high, emergency, critical',
              })
              .nullish(),
            distributions: z
              .array(z.string().regex(/^[A-Za-z0-9.+-]+$/), { error: 'expected a list such as [stable]' })
              .nullish(),
          },
          { error: 'expected a map such as {urgency: low, distributions: [stable]}' },
        )
        .nullish(),
    },
    { error: 'expected an entry such as {semver: 1.2.0, date: 2026-01-02, packager: …, changes: […]}' },
  ),
  { error: 'expected a list of entries such as {semver: 1.2.0, date: …, packager: …, changes: […]}' },
);

/** Reads a changelog in YAML. Throws BadInput with every mistake, one a line, each with its place. */
export function readChangelogFile(file: string, text: string): ChangelogEntry[] {
  const source = readYaml(file, text, () => true);
  const parsed = changelogSchema.safeParse(source.value);
  if (parsed.error !== undefined) throw new BadInput(describeIssues(parsed.error.issues, source).join('\n'));
  if (parsed.data.length === 0) throw new BadInput(`${file}:1:1: there is no entry in it`);
  return parsed.data.map((entry) => ({
    version: entry.semver,
    distributions: entry.deb?.distributions?.join(' ') || 'unstable',
    urgency: entry.deb?.urgency ?? 'low',
    changes: (entry.changes ?? []).map(({ note }) =>
      note
        .split('\n')
        .map((line) => line.replaceAll(/[\p{Cc}\s]+/gu, ' ').trim())
        .filter((line) => line !== ''),
    ),
    packager: entry.packager.trim(),
    epochSeconds: parseTimestamp(entry.date) ?? 0,
  }));
}
