import * as z from 'zod';
import { handoffs, isolations, reloadSignals } from './app-config.ts';
import { command } from './command-schema.ts';
import { formatDuration, parseDuration } from './duration.ts';
import { duration, positiveDuration } from './duration-schema.ts';
import { expectedStatus, parseStatus } from './expected-status.ts';
import { hooks, systemUser } from './hooks-schema.ts';
import { expectedPort, formatListenAddress, parseListenAddress } from './listen-address.ts';
import { expectedNodeVersion, nodeVersionMistake } from './node-version.ts';
import { expectedPercentage, parsePercentage } from './percentage.ts';
import { map, oneLine, oneOf, text, wholeNumber } from './schema-parts.ts';
import type { Path } from './source-document.ts';
import { type UnitSection, unitChoiceMistake, unitKeyMistake, unitValueMistake } from './unit-settings.ts';

const scalar = z.union([z.string(), z.number(), z.boolean()], { error: 'expected a text or a number' });

const status = z
  .union([z.number(), z.string()], { error: expectedStatus })
  .refine((value) => parseStatus(value) !== null, { error: expectedStatus });

const health = map(
  {
    path: text('expected an HTTP path such as /healthz')
      .regex(/^\/[!-~]*$/, {
        error: 'expected an HTTP path such as /healthz: it starts with / and has no spaces',
      })
      .optional()
      .meta({
        description: 'The HTTP path that is asked; without one, that a connection is accepted is enough.',
      }),
    expect: z
      .union(
        [
          status,
          map(
            {
              status: status.optional(),
              body: oneLine('expected a text of one line').optional(),
            },
            'expected a status, or a map with status and body',
          ),
        ],
        { error: expectedStatus },
      )
      .optional()
      .meta({
        description: 'What a healthy answer is: 200, 200-399, 2xx, or {status, body}. 200-399 unless given.',
      }),
    within: positiveDuration(
      'How long the new version may take until it is healthy; 30s unless given.',
    ).optional(),
    interval: positiveDuration('From one check to the next; 500ms unless given.').optional(),
    timeout: positiveDuration('How long one check may take; 2s unless given.').optional(),
    times: wholeNumber(1, 100).optional().meta({ description: 'Successes in a row; 3 unless given.' }),
    notify: z
      .boolean({ error: 'expected true or false' })
      .optional()
      .meta({ description: 'Whether the app says itself when it is ready, with sd_notify(3).' }),
  },
  'expected a path such as /healthz, or a map such as {path: /healthz, within: 30s}',
).superRefine((value, context) => {
  notLonger(context, value, 'timeout', 'within', 'service.health');
  notLonger(context, value, 'interval', 'within', 'service.health');
  if (value.expect !== undefined && value.path === undefined) {
    context.addIssue({
      code: 'custom',
      path: ['expect'],
      message: 'without a path there is no answer to expect; give service.health.path',
    });
  }
});

const drain = map(
  {
    wait: duration(
      'How long apt waits for the drain before the rest goes on detached; 10s unless given.',
    ).optional(),
    limit: duration(
      'How long the old version may drain before it is told to stop; 60s unless given.',
    ).optional(),
    idle: duration(
      'A connection with nothing in flight for this long counts as done; 2s unless given.',
    ).optional(),
    stop: positiveDuration('From SIGTERM to SIGKILL; 30s unless given.').optional(),
  },
  'expected a duration such as 60s, or a map such as {wait: 10s, limit: 60s}',
).superRefine((value, context) => {
  notLonger(context, value, 'wait', 'limit', 'service.drain');
  notLonger(context, value, 'idle', 'limit', 'service.drain');
});

function notLonger(
  context: z.core.$RefinementCtx,
  value: object,
  shorter: string,
  longer: string,
  section: string,
) {
  const read = (key: string) => parseDuration(String((value as Readonly<Record<string, unknown>>)[key]));
  const limit = read(longer);
  if (limit !== null && (read(shorter) ?? 0) > limit) {
    const message = `it can’t be longer than ${section}.${longer}, ${formatDuration(limit)}`;
    context.addIssue({ code: 'custom', path: [shorter], message });
  }
}

const reservedVariables: ReadonlySet<string> = new Set([
  'LISTEN_FDS',
  'LISTEN_PID',
  'LISTEN_FDNAMES',
  'NOTIFY_SOCKET',
]);

const environment = z
  .record(z.string(), scalar, { error: 'expected a map of variables such as {NODE_ENV: production}' })
  .superRefine((value, context) => {
    for (const [name, content] of Object.entries(value)) {
      const message = !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)
        ? 'a variable’s name has letters, digits and underscores only and doesn’t start with a digit'
        : reservedVariables.has(name)
          ? 'systemd and mkdeb’s launcher set this variable'
          : String(content).includes('\0')
            ? 'an environment variable can’t hold a NUL'
            : null;
      if (message !== null) context.addIssue({ code: 'custom', path: [name], message });
    }
  });

const unitSection = (section: UnitSection) =>
  z
    .record(
      z.string(),
      z.union([scalar, z.array(scalar)], { error: 'expected a text, a number, or a list of them' }),
      {
        error: 'expected a map of systemd settings such as {MemoryMax: 512M}',
      },
    )
    .superRefine((settings, context) => {
      for (const [key, value] of Object.entries(settings)) {
        const keyMistake = unitKeyMistake(section, key);
        if (keyMistake !== null) context.addIssue({ code: 'custom', path: [key], message: keyMistake });
        for (const [i, one] of (Array.isArray(value) ? value : [value]).entries()) {
          const message = unitValueMistake(String(one)) ?? unitChoiceMistake(section, key, String(one));
          if (message !== null)
            context.addIssue({ code: 'custom', path: Array.isArray(value) ? [key, i] : [key], message });
        }
      }
    });

const listenAddress = z
  .union([z.number(), z.string()], { error: expectedPort })
  .refine((value) => parseListenAddress(value) !== null, { error: expectedPort });

const port = z.union(
  [
    listenAddress,
    z
      .array(listenAddress, { error: expectedPort })
      .nonempty({ error: 'expected at least one port' })
      .superRefine((values, context) => {
        const seen = new Set<string>();
        for (const [i, value] of values.entries()) {
          const address = parseListenAddress(value);
          if (address === null) continue;
          const key = formatListenAddress(address);
          if (seen.has(key)) context.addIssue({ code: 'custom', path: [i], message: 'it is given twice' });
          seen.add(key);
        }
      }),
  ],
  { error: expectedPort },
);

const canarySteps = z
  .array(
    map(
      {
        share: text(expectedPercentage).refine((value) => parsePercentage(value) !== null, {
          error: expectedPercentage,
        }),
        for: positiveDuration('How long the step lasts.'),
      },
      'expected a step such as {share: 5%, for: 30s}',
    ),
    { error: 'expected a list such as [{share: 5%, for: 30s}]' },
  )
  .nonempty({ error: 'expected at least one step' });

const canary = map(
  {
    steps: canarySteps,
    check: command.optional().meta({
      description:
        'A command of yours that is run again and again meanwhile, in the new release as the app’s user; all new connections go back where it fails.',
    }),
  },
  'expected a map such as {steps: [{share: 5%, for: 30s}], check: ./check-errors}',
);

/** `service:`, which an nfpm.yaml may have too. */
export const serviceSchema = map(
  {
    exec: command.optional().meta({
      description:
        'The command: one text, split into words as a shell would, nothing expanded, or a list of words. "./x" is a file of the app, a bare name is looked up on PATH. Unless given: scripts.start or main of package.json.',
    }),
    port: port.meta({
      description: 'What the app listens on: 8080, "127.0.0.1:8080", "[::1]:8080", or a list of these.',
    }),
    listen: oneOf(['fd', 'self']).optional().meta({
      description:
        'fd (unless given): the app takes its listening sockets from fd 3 on (LISTEN_FDS); a Node app just listens on its port (preload). self: it binds with SO_REUSEPORT itself.',
    }),
    handoff: oneOf(handoffs).optional().meta({
      description:
        'How the port is handed over; reuseport unless given. socket: systemd holds the listening sockets, and the app takes them from fd 3 on; a Node app just listens on its port (preload). reload: a program that starts its own successor on a signal and passes its sockets on. vip: any program; nftables rules send new connections to one instance or the other.',
    }),
    isolate: oneOf(isolations).optional().meta({
      description:
        'With "handoff: vip", what keeps two versions apart. namespace (unless given): each runs in a network namespace, with its port as it is. address: each gets an address of its own on the host, and has to listen on $HOST (and $HOST6) and $PORT.',
    }),
    reload: map(
      {
        signal: oneOf(reloadSignals)
          .optional()
          .meta({ description: 'What makes the app start its successor; HUP unless given.' }),
      },
      'expected a map such as {signal: USR2}',
    )
      .optional()
      .meta({ description: 'With "handoff: reload", how the app is told to start its successor.' }),
    health: z
      .union([health.shape.path.unwrap(), health], {
        error: 'expected a path such as /healthz, or a map such as {path: /healthz, within: 30s}',
      })
      .optional()
      .meta({ description: 'How the new version proves that it is healthy: an HTTP path, or a map.' }),
    drain: z
      .union([duration('How long the old version may drain.'), drain], {
        error: 'expected a duration such as 60s, or a map such as {wait: 10s, limit: 60s}',
      })
      .optional()
      .meta({ description: 'How the old version finishes what it has: its limit, or a map.' }),
    keep: wholeNumber(0, 100)
      .optional()
      .meta({ description: 'Releases kept on the host besides the ones in use; 3 unless given.' }),
    canary: z
      .union([canarySteps, canary], {
        error: 'expected a list such as [{share: 5%, for: 30s}], or a map with steps and check',
      })
      .optional()
      .meta({
        description:
          'Before all new connections go to the new version, a share of them does for a while: [{share: 5%, for: 30s}], or {steps: […], check: command}.',
      }),
    probation: duration(
      'If the new version fails for good within this time after an upgrade, the one before takes over again; 5m unless given, 0s for never.',
    ).optional(),
    hooks: hooks.optional().meta({
      description: 'Commands of yours after steps of a handoff, run on the host: {prepare: ./migrate}.',
    }),
    user: systemUser.optional().meta({
      description: 'The system user that the app runs as, made at install; the package’s name unless given.',
    }),
    environment: environment.optional().meta({ description: 'Environment variables of the app.' }),
    workers: wholeNumber(1, 256).optional().meta({
      description: 'Processes of the app, each with a socket of its own (listen: fd); 1 unless given.',
    }),
    preload: z.boolean({ error: 'expected true or false' }).optional().meta({
      description:
        'For Node apps: whether an app that just calls listen(PORT) gets the inherited socket, and finishes what it has on SIGTERM, no line of it changed. True unless given where the command is node or a program in node_modules/.bin; not with listen: self.',
    }),
    node: z
      .union([z.number(), z.string()], { error: expectedNodeVersion })
      .superRefine((value, context) => {
        const message = nodeVersionMistake(String(value));
        if (message !== null) context.addIssue({ code: 'custom', message });
      })
      .optional()
      .meta({
        description:
          'A Node of its own for the app: 22, 22.11 or 22.11.0, the newest of those that npm has. Unless given, the package depends on Debian’s nodejs.',
      }),
    unit: map(
      { Unit: unitSection('Unit').optional(), Service: unitSection('Service').optional() },
      'expected a map with Unit and Service',
    )
      .optional()
      .meta({ description: 'Any further systemd settings, verbatim: {Service: {MemoryMax: 512M}}.' }),
  },
  'expected a map with at least a port',
).superRefine((value, context) => {
  if (value.listen === 'self' && (value.workers ?? 1) > 1) {
    const message = 'with "listen: self" the app starts its own workers; leave it out, or use "listen: fd"';
    context.addIssue({ code: 'custom', path: ['workers'], message });
  }
  if (value.listen === 'self' && value.preload === true) {
    const message = 'with "listen: self" no socket is inherited; leave it out, or use "listen: fd"';
    context.addIssue({ code: 'custom', path: ['preload'], message });
  }
  const health = typeof value.health === 'string' ? { path: value.health } : (value.health ?? {});
  const notify = 'notify' in health && health.notify === true;
  if (notify && (value.workers ?? 1) > 1) {
    const message = 'one process says that it is ready, not several; leave workers out';
    context.addIssue({ code: 'custom', path: ['workers'], message });
  }
  if (value.node !== undefined && Object.hasOwn(value.environment ?? {}, 'PATH')) {
    const message = 'with "node" mkdeb sets this variable, so that the app’s own Node is found first';
    context.addIssue({ code: 'custom', path: ['environment', 'PATH'], message });
  }
  if (value.handoff === 'reload') {
    reloadMistakes(context, { ...value, notify });
  } else if (value.reload !== undefined) {
    const message = 'only "handoff: reload" needs it; leave it out';
    context.addIssue({ code: 'custom', path: ['reload'], message });
  }
  if (value.handoff === 'vip') {
    vipMistakes(context, value);
  } else if (value.isolate !== undefined) {
    const message = 'only "handoff: vip" needs it; leave it out';
    context.addIssue({ code: 'custom', path: ['isolate'], message });
  }
  if (value.handoff !== 'socket') return;
  if (value.canary !== undefined) {
    const message =
      'with "handoff: socket" nobody decides who takes a connection; use "handoff: reuseport" or "handoff: vip"';
    context.addIssue({ code: 'custom', path: ['canary'], message });
  }
  if (value.listen === 'self') {
    const message = 'with "handoff: socket" systemd listens; use "listen: fd"';
    context.addIssue({ code: 'custom', path: ['listen'], message });
  }
  if (health.path === undefined && !notify) {
    const message =
      'with "handoff: socket" a connection does not show which version took it; give service.health a path, or notify: true';
    context.addIssue({ code: 'custom', path: ['handoff'], message });
  }
});

/** What `handoff: reload` leaves no room for. */
function reloadMistakes(
  context: z.core.$RefinementCtx,
  value: {
    listen?: string | undefined;
    workers?: number | undefined;
    preload?: boolean | undefined;
    canary?: unknown;
    environment?: object | undefined;
    unit?: { Service?: object | undefined } | undefined;
    notify: boolean;
  },
) {
  const issue = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
  if (value.listen === 'fd')
    issue(['listen'], 'with "handoff: reload" the app listens, and passes its sockets on; leave it out');
  if ((value.workers ?? 1) > 1)
    issue(['workers'], 'with "handoff: reload" the app starts its own workers; leave it out');
  if (value.preload === true)
    issue(['preload'], 'with "handoff: reload" the app passes its sockets on itself; leave it out');
  if (value.canary !== undefined) {
    const message =
      'with "handoff: reload" nobody decides who takes a connection; use "handoff: reuseport" or "handoff: vip"';
    issue(['canary'], message);
  }
  if (Object.hasOwn(value.environment ?? {}, 'SUCCESSOR'))
    issue(['environment', 'SUCCESSOR'], 'with "handoff: reload" mkdeb sets this variable');
  if (Object.hasOwn(value.unit?.Service ?? {}, 'KillMode'))
    issue(
      ['unit', 'Service', 'KillMode'],
      'with "handoff: reload" all generations get SIGTERM when the service stops; leave it out',
    );
  if (value.notify)
    issue(
      ['health', 'notify'],
      'with "handoff: reload" systemd does not see which generation says so; give service.health a path',
    );
}

/** What `handoff: vip` leaves no room for. */
function vipMistakes(
  context: z.core.$RefinementCtx,
  value: {
    listen?: string | undefined;
    isolate?: string | undefined;
    workers?: number | undefined;
    preload?: boolean | undefined;
    environment?: object | undefined;
  },
) {
  const issue = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
  if (value.listen === 'fd')
    issue(['listen'], 'with "handoff: vip" the app listens as it always does; leave it out');
  if ((value.workers ?? 1) > 1)
    issue(['workers'], 'with "handoff: vip" the app starts its own workers; leave it out');
  if (value.preload === true)
    issue(
      ['preload'],
      'with "handoff: vip" no socket is inherited; leave it out, or use "handoff: reuseport"',
    );
  if (value.isolate !== 'address') return;
  for (const name of ['HOST', 'HOST6', 'PORT']) {
    if (Object.hasOwn(value.environment ?? {}, name))
      issue(['environment', name], 'with "isolate: address" mkdeb sets this variable, for each instance');
  }
}

/** Where `1.10` and `true` are texts in `service`. */
export function serviceSpelling([, key]: Path): boolean {
  return key === 'environment' || key === 'unit' || key === 'node';
}
