/**
 * nfpm.yaml as far as a .deb goes; what is for other formats is not looked into. Texts only: a number is read as it is
 * spelt, and what is empty or null counts as not given.
 */
import * as z from 'zod';
import { debSchema, nfpmFormats, packagingShape } from '../config/packaging-schema.ts';
import { type RelationField, relationMistake, splitRelations } from '../config/relation.ts';
import {
  archiveSection,
  checkedText,
  debianName,
  map,
  oneLine,
  oneOf,
  text,
} from '../config/schema-parts.ts';
import { serviceSchema } from '../config/service-schema.ts';

/** The keys about other formats than deb, and what a .deb has no place for. */
export const passedOver = nfpmFormats.filter((format) => format !== 'deb');

/** nfpm joins its list with commas, so that an item may hold several relations, or, after expansion, none. */
const relationList = (field: RelationField) =>
  z
    .array(
      checkedText('expected a relation such as "libc6 (>= 2.36)"', (value) => {
        for (const relation of splitRelations(value)) {
          const mistake = relationMistake(relation, field);
          if (mistake !== null) return mistake;
        }
        return null;
      }),
      { error: 'expected a list of relations such as "libc6 (>= 2.36)"' },
    )
    .optional();

const versionPart = (what: string) =>
  checkedText(`expected ${what}`, (value) =>
    /^[A-Za-z0-9.+~-]+$/.test(value) ? null : `expected ${what} of letters, digits and . + - ~`,
  ).optional();

const { changelog, disable_globbing, mtime, contents, umask, scripts } = packagingShape;
const anything = z.unknown().optional();

const overridables = {
  depends: relationList('depends'),
  recommends: relationList('recommends'),
  suggests: relationList('suggests'),
  conflicts: relationList('conflicts'),
  replaces: relationList('replaces'),
  provides: relationList('provides'),
  contents,
  umask,
  scripts,
  deb: debSchema({
    arch: checkedText('expected a Debian architecture such as armhf', (value) =>
      /^[a-z0-9-]+$/.test(value) ? null : 'expected a Debian architecture such as armhf',
    ).optional(),
    breaks: relationList('breaks'),
    predepends: relationList('predepends'),
    signature: anything,
  }).optional(),
  ...(Object.fromEntries(passedOver.map((format) => [format, anything])) as Record<
    (typeof passedOver)[number],
    typeof anything
  >),
};

const overrides = map(
  {
    ...(Object.fromEntries(nfpmFormats.map((format) => [format, anything])) as Record<
      (typeof nfpmFormats)[number],
      typeof anything
    >),
    deb: map(overridables, 'expected a map such as {depends: [bash]}').optional(),
  },
  'expected a map such as {deb: {depends: [bash]}}',
).optional();

export const nfpmSchema = map(
  {
    name: debianName,
    arch: checkedText('expected an architecture such as amd64', (value) =>
      /^[a-z0-9-]+$/.test(value) ? null : 'expected an architecture such as amd64 or arm7',
    ).optional(),
    platform: checkedText('expected linux', (value) =>
      /^[a-z0-9]+$/.test(value) ? null : 'expected a platform such as linux',
    ).optional(),
    epoch: text('expected a number')
      .regex(/^\d{1,10}$/, { error: 'expected a number' })
      .optional(),
    version: oneLine('expected a version such as 1.2.3'),
    version_schema: oneOf(['semver', 'none']).optional(),
    release: versionPart('a release such as 1'),
    prerelease: versionPart('a prerelease such as beta1'),
    version_metadata: versionPart('metadata such as git'),
    section: archiveSection.optional(),
    priority: oneOf(['required', 'important', 'standard', 'optional', 'extra']).optional(),
    maintainer: oneLine('expected a person such as "Ada Lovelace <ada@example.org>"').optional(),
    description: text('expected a text').optional(),
    vendor: oneLine('expected a text').optional(),
    homepage: oneLine('expected a web address').optional(),
    license: oneLine('expected a license such as MIT').optional(),
    changelog,
    disable_globbing,
    mtime,
    overrides,
    service: serviceSchema.optional(),
    ...overridables,
  },
  'expected a map such as {name: my-app, version: 1.2.3, contents: […]}',
);

export type NfpmFile = z.infer<typeof nfpmSchema>;
