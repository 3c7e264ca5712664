import * as z from 'zod';
import { debianVersionMistake } from '../package/debian-version.ts';
import { multiArchValues } from '../package/multi-arch.ts';
import { debugSymbolsModes } from './app-config.ts';
import { architectureNames, debianArchitecture, machineNames } from './architecture.ts';
import { extrasMistakes, extrasShape } from './extras-schema.ts';
import { fromGit } from './from-git.ts';
import { debSchema, packagingShape } from './packaging-schema.ts';
import { expectedMaintainer, maintainer } from './person.ts';
import {
  archiveSection,
  checkedText,
  debianName,
  map,
  oneLine,
  oneOf,
  relations,
  text,
} from './schema-parts.ts';
import { serviceSchema } from './service-schema.ts';

/*
 * The one truth about mkdeb.yaml. Every message says what was expected or what is wrong with the value; mistakes.ts puts
 * the place, the key and the value before it. Nothing is transformed here, so that the JSON schema is this one's image.
 */

const expectedArchitecture = 'expected an architecture such as amd64, or a list such as [amd64, arm64]';

const oneArchitecture = oneOf(architectureNames as readonly [string, ...string[]]);

const severalArchitectures = z
  .array(oneOf(machineNames as readonly [string, ...string[]]), { error: expectedArchitecture })
  .nonempty({ error: 'expected at least one architecture' })
  .superRefine((names, context) => {
    for (const [i, name] of names.entries()) {
      if (names.findIndex((one) => debianArchitecture(one) === debianArchitecture(name)) < i)
        context.addIssue({ code: 'custom', path: [i], message: 'it is given twice' });
    }
  });
const expectedDebugSymbols = 'expected true, or one of "keep", "strip", "separate"';

export const configSchema = map(
  {
    $schema: z.string().optional().meta({ description: 'For editors.' }),
    packages: z.array(z.record(z.string(), z.unknown())).optional().meta({
      description:
        'Several packages, each with these keys; what one of them does not say, it takes from beside the list.',
    }),
    dir: oneLine('expected a directory').optional().meta({
      description:
        'The app’s directory, relative to the one that is built, which it is unless given; all other paths are relative to it.',
    }),
    name: debianName.optional().meta({ description: 'The package’s name.' }),
    version: checkedText('expected a Debian version such as 1.2.0 or 1:2.0~rc1-1, or git', (value) =>
      value === fromGit ? null : debianVersionMistake(value),
    )
      .optional()
      .meta({
        description:
          'A Debian version, or git: the one that the tags of the app’s repository tell; from package.json unless given.',
      }),
    arch: z.union([oneArchitecture, severalArchitectures], { error: expectedArchitecture }).optional().meta({
      description:
        'The architecture, or a list of them for a package each; unless given, "all" where there is no native code, else that code’s.',
    }),
    multiArch: oneOf(multiArchValues).optional().meta({
      description:
        'The field Multi-Arch: foreign where it serves packages of other architectures too, as a program does; same where it can be installed for several at once; allowed where who depends on it says which.',
    }),
    maintainer: text(expectedMaintainer)
      .regex(maintainer, { error: expectedMaintainer })
      .optional()
      .meta({ description: 'Name <mail>; the author in package.json unless given.' }),
    description: checkedText('expected a text', (value) =>
      value.trim() === ''
        ? 'expected a text, not an empty one'
        : /[^\P{Cc}\n]/u.test(value)
          ? 'expected lines without tabs and control characters'
          : null,
    )
      .optional()
      .meta({ description: 'The first line is the synopsis, the rest the extended description.' }),
    section: archiveSection
      .optional()
      .meta({ description: 'The archive section; net for a service, else misc, unless given.' }),
    priority: oneOf(['required', 'important', 'standard', 'optional'])
      .optional()
      .meta({ description: 'optional unless given.' }),
    homepage: text('expected a web address')
      .regex(/^https?:\/\/[!-;=?-~]+$/, { error: 'expected a web address such as https://example.org' })
      .optional()
      .meta({ description: 'The app’s page on the web.' }),
    license: oneLine('expected a license such as MIT')
      .optional()
      .meta({ description: 'An SPDX license, for the copyright file.' }),
    depends: relations(
      'depends',
      'Packages that have to be there; "$auto": those of the shared libraries that the app’s native code needs.',
    ).optional(),
    recommends: relations(
      'recommends',
      'Packages that are there except in unusual installations.',
    ).optional(),
    suggests: relations('suggests', 'Packages that make this one more useful.').optional(),
    conflicts: relations('conflicts', 'Packages that can’t be unpacked together with this one.').optional(),
    replaces: relations('replaces', 'Packages whose files this one may overwrite.').optional(),
    provides: relations('provides', 'Virtual packages that this one is.').optional(),
    breaks: relations('breaks', 'Packages that don’t work together with this one.').optional(),
    predepends: relations(
      'predepends',
      'Packages that have to be configured before this one is unpacked.',
    ).optional(),
    enhances: relations('enhances', 'Packages that this one makes more useful.').optional(),
    ignore: z
      .array(oneLine('expected a pattern as in .gitignore'), {
        error: 'expected a list of patterns as in .gitignore',
      })
      .optional()
      .meta({ description: 'Files to leave out, as in .gitignore.' }),
    ...packagingShape,
    debugSymbols: z
      .union([z.boolean(), oneOf(debugSymbolsModes)], { error: expectedDebugSymbols })
      .optional()
      .meta({
        description:
          'The debug symbols of native code: keep (or false; unless given), strip, or separate (or true): into NAME-dbgsym, as Debian has them.',
      }),
    ...extrasShape,
    deb: debSchema({}).optional().meta({ description: 'What only a .deb has.' }),
    service: serviceSchema
      .optional()
      .meta({ description: 'The service that the app is; without it the package only ships files.' }),
  },
  'expected a map such as {name: my-app, service: {port: 8080}}',
).superRefine((value, context) => {
  extrasMistakes(value, (path, message) => context.addIssue({ code: 'custom', path, message }));
  const field = Object.keys(value.deb?.fields ?? {}).find((name) => name.toLowerCase() === 'multi-arch');
  if (value.multiArch !== undefined && field !== undefined) {
    const message = 'multiArch makes this field; keep one of the two';
    context.addIssue({ code: 'custom', path: ['deb', 'fields', field], message });
  }
  if (Array.isArray(value.arch) && value.deb?.arch !== undefined) {
    const message = 'it goes before arch, which names several; leave it out';
    context.addIssue({ code: 'custom', path: ['deb', 'arch'], message });
  }
});

/** What mkdeb.yaml says, as written. */
export type ConfigFile = z.infer<typeof configSchema>;

/** The JSON schema that editors check mkdeb.yaml with; published as schema/mkdeb.schema.json. */
export function jsonSchema(): unknown {
  const schema = z.toJSONSchema(configSchema, { io: 'input' });
  const { packages, ...others } = schema.properties ?? {};
  const items = { $ref: '#', not: { required: ['packages'] } };
  return {
    title: 'mkdeb.yaml',
    ...schema,
    properties: { ...others, packages: { ...(packages as object), minItems: 1, items } },
  };
}
