/** The keys about what a package carries beside its files: manuals, jobs, rules, units and what debhelper's dh_* add. */
import * as z from 'zod';
import { checkedText, map, oneLine, oneOf, wholeNumber } from './schema-parts.ts';

const trueOrFalse = z.boolean({ error: 'expected true or false' });

const file = (what: string) => oneLine(`expected the path of ${what}`);

/** One path or pattern, or a list of them. */
const files = (what: string, example: string, meaning: string) => {
  const expected = `expected the path of ${what}, or a list such as [${example}]`;
  return z
    .union([file(what), z.array(file(what), { error: expected })], { error: expected })
    .optional()
    .meta({ description: meaning });
};

interface Naming {
  pattern: RegExp;
  expected: string;
}

/** What run-parts(8) runs and cron reads: anything with a dot is passed over (Policy 9.5.1). */
const runPartsName: Naming = {
  pattern: /^[A-Za-z0-9_-]{1,100}$/,
  expected: 'a job’s name has letters, digits, - and _ only: cron passes over a name with a dot (Policy 9.5)',
};
/** logrotate passes over names that end in some extensions, .bak and .disabled among them. */
const logrotateName: Naming = {
  pattern: /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/,
  expected: 'expected a name of letters, digits, - and _',
};
const configName: Naming = {
  pattern: /^(?!.*\.(?:conf|rules)$)[A-Za-z0-9][A-Za-z0-9_.@+-]{0,99}$/,
  expected: 'expected a name of letters, digits and - _ . @ +, without .conf or .rules at its end',
};
const commandName: Naming = {
  pattern: /^[A-Za-z0-9][A-Za-z0-9_.+-]{0,99}$/,
  expected: 'expected a command’s name, of letters, digits and - _ . +',
};

/** A path, or a map from the names that the files get to their paths. */
const named = (what: string, { pattern, expected: expectedName }: Naming, meaning: string) => {
  const expected = `expected the path of ${what}, or a map from names to paths`;
  return z
    .union(
      [
        file(what),
        z.record(z.string(), file(what), { error: expected }).superRefine((value, context) => {
          for (const name of Object.keys(value)) {
            if (!pattern.test(name))
              context.addIssue({ code: 'custom', path: [name], message: expectedName });
          }
        }),
      ],
      { error: expected },
    )
    .optional()
    .meta({ description: meaning });
};

const absolutePath = checkedText('expected a path on the host such as /usr/bin/editor', (value) =>
  /^\/[!-~]*[!-.0-~]$/.test(value) && !value.split('/').includes('..')
    ? null
    : 'expected a path on the host such as /usr/bin/editor, without spaces and ".."',
);

const alternativeName = checkedText('expected a name such as editor', (value) =>
  /^[A-Za-z0-9][A-Za-z0-9_.+-]*$/.test(value)
    ? null
    : 'expected a name such as editor, of letters, digits and - _ . +',
);

const link = {
  name: alternativeName.meta({ description: 'The alternative’s name in /etc/alternatives.' }),
  link: absolutePath.meta({ description: 'The path that people use: /usr/bin/editor.' }),
  path: absolutePath.meta({ description: 'What this package has for it.' }),
};

const alternative = map(
  {
    ...link,
    priority: wholeNumber(-1_000_000, 1_000_000).optional().meta({
      description: 'The highest one is chosen where the admin has not; 50 unless given.',
    }),
    dependents: z
      .array(
        map(link, 'expected a map such as {name: editor.1.gz, link: /usr/share/…, path: /usr/share/…}'),
        {
          error: 'expected a list of maps with name, link and path',
        },
      )
      .optional()
      .meta({ description: 'Links that change with it, a manual’s among them.' }),
  },
  'expected a map such as {name: editor, link: /usr/bin/editor, path: /usr/bin/shop-edit}',
);

const unit = map(
  {
    file: file('a unit').meta({ description: 'The unit, shop-report.timer, say.' }),
    name: oneLine('expected a unit’s name such as shop-report.timer')
      .optional()
      .meta({ description: 'Its name on the host; that of the file unless given.' }),
    enable: trueOrFalse
      .optional()
      .meta({ description: 'Whether it starts at boot; unless given, if it has an [Install] section.' }),
    start: trueOrFalse
      .optional()
      .meta({ description: 'Whether it is started at the first install; as enable unless given.' }),
    upgrade: oneOf(['restart', 'reload', 'none', 'with-release']).optional().meta({
      description:
        'What an upgrade does to it where it runs: restart (unless given, of what is started, sockets and targets apart), reload, none; with-release: a restart once a release of the service has been committed, also after a rollback.',
    }),
  },
  'expected a map such as {file: packaging/shop-report.timer, upgrade: restart}',
).superRefine((value, context) => {
  const issue = (key: string, message: string) => context.addIssue({ code: 'custom', path: [key], message });
  const name = value.name ?? baseName(value.file);
  const mistake = unitNameMistake(name);
  if (mistake !== null) issue(value.name === undefined ? 'file' : 'name', mistake);
  if (value.start === true && value.enable === false)
    issue('start', 'a unit that is not enabled is not started; leave start out, or enable out');
  if (name.includes('@') && (value.start === true || value.enable === true))
    issue(
      value.enable === true ? 'enable' : 'start',
      'a template is started by whoever names an instance; leave it out',
    );
  if (value.upgrade === 'with-release' && !name.endsWith('.service'))
    issue('upgrade', 'only a .service runs the code of a release; leave it out');
});

function baseName(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1);
}

function unitNameMistake(name: string): string | null {
  return /^[A-Za-z0-9:_.-]+@?\.(?:service|socket|timer|path|target)$/.test(name) && name.length <= 200
    ? null
    : 'expected a unit such as shop-report.timer: letters, digits and : _ . - with .service, .timer, .socket, .path or .target at its end';
}

/** A unit given by its path alone. */
const unitFile = file('a unit').superRefine((value, context) => {
  const message = unitNameMistake(baseName(value));
  if (message !== null) context.addIssue({ code: 'custom', message });
});

export const extrasShape = {
  manpages: files(
    'a manual',
    'man/shop.1',
    'Manuals, put where their section and language belong, compressed.',
  ),
  completions: map(
    {
      bash: named('a completion', commandName, 'For bash.'),
      zsh: named('a completion', commandName, 'For zsh.'),
      fish: named('a completion', commandName, 'For fish.'),
    },
    'expected a map such as {bash: completions/shop.bash}',
  )
    .optional()
    .meta({
      description:
        'Completions of shells, for a command by the package’s name; {bash: {shopctl: FILE}} for others.',
    }),
  docs: files('a document', 'README.md', 'Documents for /usr/share/doc/NAME; larger texts are compressed.'),
  examples: files('an example', 'examples/*', 'Examples for /usr/share/doc/NAME/examples.'),
  info: files('an Info document', 'doc/shop.info', 'Info documents for /usr/share/info, compressed.'),
  sysusers: named(
    'a sysusers.d file',
    configName,
    'System users besides the service’s own, sysusers.d(5); made before all else.',
  ),
  tmpfiles: named('a tmpfiles.d file', configName, 'Volatile and further paths, tmpfiles.d(5).'),
  sysctl: named('a sysctl.d file', configName, 'Kernel parameters, sysctl.d(5).'),
  udev: named('a file of udev rules', configName, 'Rules of udev(7).'),
  cron: map(
    {
      crontab: named('a crontab', runPartsName, 'For /etc/cron.d, each line with a user.'),
      hourly: named('a script', runPartsName, 'For /etc/cron.hourly.'),
      daily: named('a script', runPartsName, 'For /etc/cron.daily.'),
      weekly: named('a script', runPartsName, 'For /etc/cron.weekly.'),
      monthly: named('a script', runPartsName, 'For /etc/cron.monthly.'),
    },
    'expected a map such as {daily: packaging/clean-up.sh}',
  )
    .optional()
    .meta({ description: 'Jobs of cron; conffiles.' }),
  logrotate: named(
    'a file of logrotate’s',
    logrotateName,
    'Which logs are rotated, logrotate(8); a conffile.',
  ),
  alternatives: z
    .array(alternative, {
      error: 'expected a list such as [{name: editor, link: /usr/bin/editor, path: /usr/bin/shop-edit}]',
    })
    .optional()
    .meta({
      description: 'What this package offers for names that several packages have, update-alternatives(1).',
    }),
  debconf: map(
    {
      templates: file('the templates').meta({ description: 'The questions, as debconf-devel(7) has them.' }),
      config: file('the config script').meta({ description: 'The script that asks them.' }),
    },
    'expected a map such as {templates: packaging/templates, config: packaging/config}',
  )
    .optional()
    .meta({ description: 'Questions at the install; scripts.postinstall reads the answers.' }),
  units: z
    .array(z.union([unitFile, unit], { error: 'expected the path of a unit, or a map with file' }), {
      error: 'expected a list such as [packaging/shop-report.timer]',
    })
    .optional()
    .meta({ description: 'Further units of systemd: timers, workers, sockets, paths, targets.' }),
};

/** What does not go together with other keys of the configuration. */
export function extrasMistakes(
  given: {
    debconf?: unknown;
    service?: unknown;
    units?: unknown;
    deb?: { scripts?: object | undefined } | undefined;
  },
  issue: (path: (string | number)[], message: string) => void,
): void {
  for (const name of ['templates', 'config']) {
    if (given.debconf !== undefined && Object.hasOwn(given.deb?.scripts ?? {}, name))
      issue(['deb', 'scripts', name], `debconf.${name} is given too; keep that one`);
  }
  if (given.service !== undefined || !Array.isArray(given.units)) return;
  for (const [i, one] of given.units.entries()) {
    if (one?.upgrade === 'with-release')
      issue(['units', i, 'upgrade'], 'the package has no service, and so no releases; use restart');
  }
}
