/** The keys about packaging that mkdeb.yaml has by nfpm.yaml's names and in its spelling. */
import * as z from 'zod';
import { contentTypes, rpmContentTypes } from '../contents/content.ts';
import { compressions } from '../deb/compression.ts';
import { isMultiArch, multiArchValues } from '../package/multi-arch.ts';
import { type TriggerKey, triggerDirectives, triggerNameMistake } from '../package/triggers.ts';
import { architectureNames } from './architecture.ts';
import { expectedMode, modeMistake } from './octal.ts';
import { checkedText, map, oneLine, oneOf, relations } from './schema-parts.ts';
import type { Path } from './source-document.ts';
import { expectedTimestamp, parseTimestamp } from './timestamp.ts';

/** The formats that nfpm builds. */
export const nfpmFormats = ['deb', 'rpm', 'apk', 'archlinux', 'ipk', 'msi', 'msix', 'srpm', 'xbps'] as const;

const trueOrFalse = z.boolean({ error: 'expected true or false' });

/** Read as it is spelt; editors take it for a number. */
const mode = z.union([z.string(), z.number()], { error: expectedMode }).superRefine((value, context) => {
  const message = modeMistake(String(value));
  if (message !== null) context.addIssue({ code: 'custom', message });
});

const timestamp = checkedText(expectedTimestamp, (value) =>
  parseTimestamp(value) === null ? expectedTimestamp : null,
);

const identity = (what: string) =>
  checkedText(`expected a ${what}’s name`, (value) =>
    /^(?:[A-Za-z_][A-Za-z0-9_.-]{0,30}\$?|\d{1,7})$/.test(value)
      ? null
      : `expected a ${what}’s name of at most 31 letters, digits, - and _, or a number below 2097152`,
  ).refine((value) => !(Number(value) > 0o7777777), { error: 'expected a number below 2097152' });

const path = (what: string) => oneLine(`expected the path of ${what}`);

const hostPath = checkedText('expected a path on the host such as /etc/app.conf', (value) =>
  /^\/?$/.test(value.trim()) && value.trim() !== '/'
    ? 'expected a path on the host such as /etc/app.conf, not an empty text'
    : value.split('/').includes('..')
      ? 'expected a path on the host without ".."'
      : /[\0\n]/.test(value)
        ? 'a path can’t hold a line end or a NUL'
        : null,
);

const content = map(
  {
    src: path('a file').optional().meta({
      description:
        'A file, a directory or a pattern, relative to the app’s directory; of a symlink what it points to.',
    }),
    dst: hostPath.meta({
      description: 'Where it goes on the host; a slash at the end says that it is a directory.',
    }),
    type: oneOf([...contentTypes, ...rpmContentTypes])
      .optional()
      .meta({
        description:
          'file unless given. All kinds of config are conffiles; ghost, doc, license and readme are for rpm, and left out.',
      }),
    packager: oneOf(nfpmFormats)
      .optional()
      .meta({ description: 'Only for this format; all but deb are left out.' }),
    file_info: map(
      {
        owner: identity('user').optional().meta({ description: 'root unless given.' }),
        group: identity('group').optional().meta({ description: 'root unless given.' }),
        mode: mode.optional().meta({
          description:
            'Permission bits in octal, 0644; unless given those of the file on the disk, less the umask.',
        }),
        mtime: timestamp.optional().meta({ description: 'The package’s time unless given.' }),
      },
      'expected a map such as {mode: 0644, owner: root}',
    )
      .optional()
      .meta({ description: 'Owner, group, mode and time.' }),
    expand: trueOrFalse
      .optional()
      .meta({ description: 'Whether ${VARIABLES} of the environment are replaced in src and dst.' }),
  },
  'expected a map such as {src: app.conf, dst: /etc/app.conf, type: config}',
);

const triggerNames = z
  .array(checkedText('expected a trigger’s name', triggerNameMistake), {
    error: 'expected a list of triggers such as [/usr/share/icons]',
  })
  .optional();

/** The fields that other keys make, by the key that does. */
const madeFields: Readonly<Record<string, string>> = {
  package: 'name',
  version: 'version',
  architecture: 'arch',
  maintainer: 'maintainer',
  description: 'description',
  section: 'section',
  priority: 'priority',
  homepage: 'homepage',
  depends: 'depends',
  'pre-depends': 'deb.predepends',
  recommends: 'recommends',
  suggests: 'suggests',
  enhances: 'enhances',
  breaks: 'deb.breaks',
  conflicts: 'conflicts',
  replaces: 'replaces',
  provides: 'provides',
  'architecture-variant': 'deb.arch_variant',
};

function fieldMistake(name: string, value: string): string | null {
  if (!/^[!-,./-9;-~][!-9;-~]*$/.test(name)) return `${JSON.stringify(name)} is not a control field’s name`;
  if (name.toLowerCase() === 'installed-size') return 'mkdeb computes this field; leave it out';
  const key = madeFields[name.toLowerCase()];
  if (key !== undefined) return `this field is made from ${key}; give it there`;
  if (name.toLowerCase() === 'multi-arch' && value.trim() !== '' && !isMultiArch(value.trim()))
    return `expected one of no, ${multiArchValues.join(', ')} (deb-control(5))`;
  if (/[^\P{Cc}\n]/u.test(value) || /\n(?![ \t]+\S)/.test(value.trimEnd()))
    return 'expected one line, or further lines that begin with a space (Policy 5.6.13)';
  return null;
}

const fields = z
  .record(z.string(), z.string({ error: 'expected a text' }), {
    error: 'expected a map of control fields such as {Vcs-Browser: https://example.org}',
  })
  .superRefine((value, context) => {
    for (const [name, content] of Object.entries(value)) {
      const message = fieldMistake(name, content);
      if (message !== null) context.addIssue({ code: 'custom', path: [name], message });
    }
  });

const debShape = {
  arch: oneOf(architectureNames as readonly [string, ...string[]])
    .optional()
    .meta({ description: 'The Debian architecture; goes before arch.' }),
  arch_variant: checkedText('expected a variant such as amd64v3', (value) =>
    /^[a-z0-9]+$/.test(value) ? null : 'expected a variant such as amd64v3',
  )
    .optional()
    .meta({ description: 'The field Architecture-Variant, as Ubuntu has it.' }),
  scripts: map(
    {
      rules: path('a file').optional(),
      templates: path('a file').optional().meta({ description: 'debconf’s questions.' }),
      config: path('a script').optional().meta({ description: 'What asks them.' }),
    },
    'expected a map such as {templates: ./templates, config: ./config}',
  )
    .optional()
    .meta({ description: 'Further control files.' }),
  triggers: map(
    Object.fromEntries(Object.keys(triggerDirectives).map((key) => [key, triggerNames])) as Record<
      TriggerKey,
      typeof triggerNames
    >,
    'expected a map such as {interest_noawait: [/usr/share/icons]}',
  )
    .optional()
    .meta({ description: 'dpkg’s triggers, deb-triggers(5).' }),
  breaks: relations('breaks', 'Packages that don’t work together with this one.').optional(),
  predepends: relations(
    'predepends',
    'Packages that have to be configured before this one is unpacked.',
  ).optional(),
  fields: fields.optional().meta({ description: 'Further control fields.' }),
  compression: oneOf(compressions)
    .optional()
    .meta({ description: 'zstd, xz, gzip or none; --compress goes before it.' }),
};

/** `deb:` with further keys. */
export function debSchema<More extends z.core.$ZodShape>(more: More) {
  return map({ ...debShape, ...more }, 'expected a map such as {compression: xz}');
}

export const packagingShape = {
  contents: z
    .array(content, {
      error: 'expected a list such as [{src: app.conf, dst: /etc/app.conf, type: config}]',
    })
    .optional()
    .meta({ description: 'Further files of the package, anywhere on the host.' }),
  disable_globbing: trueOrFalse
    .optional()
    .meta({ description: 'Whether the wildcards in contents’ src are plain characters.' }),
  umask: mode.optional().meta({
    description: 'Bits that the modes of contents lose where file_info gives none; 0002 unless given.',
  }),
  mtime: timestamp.optional().meta({
    description:
      'The time of everything in the package; SOURCE_DATE_EPOCH, or that of the last commit, unless given.',
  }),
  scripts: map(
    {
      preinstall: path('a script').optional(),
      postinstall: path('a script').optional(),
      preremove: path('a script').optional(),
      postremove: path('a script').optional(),
    },
    'expected a map such as {postinstall: ./postinstall.sh}',
  )
    .optional()
    .meta({
      description:
        'Maintainer scripts of yours. With a service they run as programs of their own, postinstall before the new version starts.',
    }),
  changelog: path('a changelog in YAML').optional().meta({
    description:
      'The package’s changelog: a YAML file as chglog has it, or git, for one of the releases that are tagged in the app’s repository (./git is a file of that name).',
  }),
};

/** Where `0644` and `1.10` are texts in these keys. */
export function packagingSpelling(path: Path): boolean {
  const [key, ...rest] = path;
  if (key === 'umask' || key === 'mtime') return rest.length === 0;
  if (key === 'contents') return rest[1] === 'file_info' && rest.length === 3;
  return key === 'deb' && rest[0] === 'fields' && rest.length === 2;
}
