import { BadInput } from '../bad-input.ts';
import type { AppConfig, ServiceConfig } from '../config/app-config.ts';
import { formatListenAddress } from '../config/listen-address.ts';
import { isNode } from '../config/node-engine.ts';
import { bundledNodeFolder, bundledNodeProgram } from './bundled-node.ts';
import { hasHealthSocket, launcherArguments, needsLauncher } from './launcher.ts';
import { Quoted } from './quote/quoted.ts';
import { unitProgram, unitWord } from './quote/unit.ts';
import { stopMs } from './stop-time.ts';
import { renderTemplate } from './template.ts';

/** `NAME.service`: what start, stop, reload and enable act on. */
export function renderFaceUnit(config: AppConfig): string {
  return renderTemplate('systemd/face.service', naming(config), 'unit');
}

/** `NAME-handoff@.service`: what the handoff does while nobody waits for it. */
export function renderBackgroundUnit(config: AppConfig): string {
  return renderTemplate('systemd/background.service', naming(config), 'unit');
}

/** `NAME@.service`: one running release. Throws BadInput for an argument or setting that no unit can hold. */
export function renderInstanceUnit(config: AppConfig, service: ServiceConfig): string {
  const extra = (section: string) => service.unit.filter(([s]) => s === section).map(([, k, v]) => [k, v]);
  return renderTemplate(
    'systemd/instance.service',
    {
      ...naming(config),
      handoff: service.handoff,
      isolate: service.isolate,
      launched: needsLauncher(service),
      healthSocket: hasHealthSocket(service),
      notify: service.health.notify,
      withinMs: service.health.within,
      execStart: execStart(config.name, service),
      user: service.user,
      path: service.node === null ? null : pathWithNode(config.name),
      variables: variables(service),
      stopMs: stopMs(service),
      lowPort: service.listeners.some((l) => l.port < 1024),
      extra: { Unit: extra('Unit'), Service: extra('Service') },
    },
    'unit',
  );
}

/** `NAME.socket`: the listening sockets of the handoff `socket`. */
export function renderListenSocket(config: AppConfig, service: ServiceConfig): string {
  const addresses = service.listeners.map(formatListenAddress);
  return renderTemplate('systemd/listen.socket', { ...naming(config), addresses }, 'unit');
}

/** `NAME-socket.service`: keeps them for the instances. */
export function renderListenService(config: AppConfig): string {
  return renderTemplate('systemd/listen.service', naming(config), 'unit');
}

/** `NAME-guard.service`: keeps the nftables rules of the handoff `vip` loaded. */
export function renderGuardUnit(config: AppConfig): string {
  return renderTemplate('systemd/guard.service', naming(config), 'unit');
}

/** The app's environment. Node apps ask PORT by custom. */
export function variables({
  preload,
  listeners,
  environment,
}: ServiceConfig): Readonly<Record<string, string>> {
  return preload ? { PORT: String(listeners[0]?.port), ...environment } : environment;
}

/** systemd's own PATH (systemd.exec(5)), the release's Node before it: for what the app starts. */
function pathWithNode(name: string): Quoted {
  const release = `/usr/lib/${name}/releases/%i`;
  return new Quoted(`PATH=${release}/${bundledNodeFolder}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin`);
}

/** What an instance has for itself while it runs; `%i` is its release. */
function instanceDirectory(name: string): string {
  return `/run/${name}-handoff/%i`;
}

function naming(config: AppConfig) {
  return { name: config.name, synopsis: config.synopsis };
}

/** The command line: `./x` is a file of the release (`%i` is its id), anything else is looked up on the host. */
function execStart(name: string, service: ServiceConfig): Quoted {
  const release = `/usr/lib/${name}/releases/%i`;
  if (service.handoff === 'reload') return new Quoted(`/usr/lib/${name}/releases/%i/.mkdeb/start`);
  const [program = '', ...args] = service.exec;
  const command = program.startsWith('./')
    ? `${release}/${plainPath(program.slice(2))}`
    : service.node !== null && isNode(program)
      ? `${release}/${bundledNodeProgram}`
      : needsLauncher(service)
        ? unitWord(program)
        : unitProgram(program);
  const launcher = needsLauncher(service)
    ? [
        `${release}/.mkdeb/launch`,
        ...launcherArguments(service, instanceDirectory(name), release).map((word) =>
          word.startsWith('/') ? word : unitWord(word),
        ),
      ]
    : [];
  return new Quoted([...launcher, command, ...args.map(unitWord)].join(' '));
}

function plainPath(path: string): string {
  if (!/^[A-Za-z0-9_][A-Za-z0-9_./+@,:=-]*$/.test(path)) {
    throw new BadInput(
      `service.exec: the program ${JSON.stringify(`./${path}`)} must be named with letters, digits and _ . / + @ , : = - only; rename it`,
    );
  }
  return path;
}
