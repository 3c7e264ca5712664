import type { AppConfig, ServiceConfig } from '../config/app-config.ts';
import type { Entry, FileEntry } from '../package/package.ts';
import { renderGenerationStart } from './generation-start.ts';
import { gzip } from './gzip.ts';
import { needsLauncher } from './launcher.ts';
import { renderSettings } from './settings.ts';
import { readTemplate, renderTemplate } from './template.ts';
import {
  renderBackgroundUnit,
  renderFaceUnit,
  renderGuardUnit,
  renderInstanceUnit,
  renderListenService,
  renderListenSocket,
} from './units.ts';

/** The runtime's files, as they are in `templates/runtime/`; true: a program. */
const runtime: ReadonlyArray<readonly [name: string, program: boolean]> = [
  ['run', true],
  ['story.sh', false],
  ['release.sh', false],
  ['instance.sh', false],
  ['handoff.sh', false],
  ['any-handoff.sh', false],
  ['reuseport.sh', false],
  ['socket.sh', false],
  ['reload.sh', false],
  ['live.sh', false],
  ['vip.sh', false],
  ['own-network.sh', false],
  ['forwarding.sh', false],
  ['rules.sh', false],
  ['guard', true],
  ['upgrade.sh', false],
  ['canary.sh', false],
  ['hooks.sh', false],
  ['hook', true],
  ['rollback.sh', false],
  ['cut-off.sh', false],
  ['face.sh', false],
  ['status.sh', false],
  ['doctor.sh', false],
  ['abilities.sh', false],
  ['room.sh', false],
  ['condition.sh', false],
  ['arrival.sh', false],
  ['try-steering', true],
  ['try-network', true],
  ['port-holders', true],
  ['steer', true],
  ['listens', true],
  ['ready', true],
  ['drain', true],
  ['generations', true],
  ['generation.pl', false],
  ['clock.pl', false],
  ['sockets.pl', false],
  ['steering.pl', false],
];

/** What is in a package's `/usr/lib/NAME/handoff`. */
export function runtimeFiles(): { name: string; text: string; program: boolean }[] {
  return runtime.map(([name, program]) => ({ name, text: readTemplate(`runtime/${name}`), program }));
}

/** The preload of a Node app, as it is in `templates/node/`. */
const nodePreload = [
  'preload.cjs',
  'settings.cjs',
  'inherited-sockets.cjs',
  'listen.cjs',
  'connections.cjs',
  'stop.cjs',
  'workers.cjs',
  'child-environment.cjs',
];

/**
 * What a service's package carries besides its payload: units, runtime, the release's own files, host configuration.
 * `withRelease` are units of the user's that run the code of the committed release.
 */
export function renderServiceFiles(
  config: AppConfig,
  service: ServiceConfig,
  withRelease: readonly string[],
): Entry[] {
  const { name } = config;
  const lib = `/usr/lib/${name}`;
  const instance = renderInstanceUnit(config, service);
  const named = { name, NAME: name.toUpperCase(), user: service.user };
  return [
    text(`/usr/lib/systemd/system/${name}.service`, renderFaceUnit(config)),
    text(`/usr/lib/systemd/system/${name}@.service`, instance),
    text(`/usr/lib/systemd/system/${name}-handoff@.service`, renderBackgroundUnit(config)),
    ...runtimeFiles().map((file) =>
      text(`${lib}/handoff/${file.name}`, file.text, file.program ? 0o755 : 0o644),
    ),
    text(`${lib}/dist/.mkdeb/instance.service`, instance),
    text(`${lib}/dist/.mkdeb/settings`, renderSettings(config, service, withRelease)),
    ...(service.handoff === 'socket'
      ? [
          text(`${lib}/dist/.mkdeb/listen.socket`, renderListenSocket(config, service)),
          text(`${lib}/dist/.mkdeb/listen.service`, renderListenService(config)),
        ]
      : []),
    ...(service.handoff === 'vip' ? [text(`${lib}/dist/.mkdeb/guard.service`, renderGuardUnit(config))] : []),
    ...(service.handoff === 'reload'
      ? [
          text(`${lib}/dist/.mkdeb/start`, renderGenerationStart(config, service), 0o755),
          text(`${lib}/dist/.mkdeb/become`, readTemplate('runtime/become'), 0o755),
        ]
      : []),
    ...(needsLauncher(service)
      ? [text(`${lib}/dist/.mkdeb/launch`, readTemplate('runtime/launch'), 0o755)]
      : []),
    ...(service.preload
      ? nodePreload.map((file) => text(`${lib}/dist/.mkdeb/node/${file}`, readTemplate(`node/${file}`)))
      : []),
    { kind: 'symlink', path: `/usr/sbin/${name}-handoff`, target: `../lib/${name}/handoff/run` },
    text(`/usr/lib/sysusers.d/${name}.conf`, renderTemplate('host/sysusers.conf', named, 'control')),
    conffile(`/etc/default/${name}`, renderTemplate('host/default', named, 'control')),
    conffile(
      `/etc/needrestart/conf.d/${name}.conf`,
      renderTemplate('host/needrestart.conf', named, 'control'),
    ),
    {
      kind: 'file',
      path: `/usr/share/man/man8/${name}-handoff.8.gz`,
      mode: 0o644,
      content: { bytes: gzip(renderTemplate('host/handoff.8', named, 'control')) },
    },
  ];
}

function text(path: string, content: string, mode = 0o644): FileEntry {
  return { kind: 'file', path, mode, content: { text: content } };
}

function conffile(path: string, content: string): FileEntry {
  return { ...text(path, content), conffile: true };
}
