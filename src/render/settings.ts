import type { AppConfig, ServiceConfig } from '../config/app-config.ts';
import { formatListenAddress } from '../config/listen-address.ts';
import { releaseId } from '../package/release-id.ts';
import { hasHealthSocket } from './launcher.ts';
import { stopMs } from './stop-time.ts';
import { renderTemplate } from './template.ts';
import { variables } from './units.ts';

/**
 * The file that each release carries: what it was built with, for the runtime to read. `withRelease` are the units that
 * run its code beside it.
 */
export function renderSettings(
  config: AppConfig,
  service: ServiceConfig,
  withRelease: readonly string[] = [],
): string {
  const { health, drain } = service;
  return renderTemplate(
    'runtime/settings',
    {
      id: releaseId(config.version),
      version: config.version,
      handoff: service.handoff,
      isolate: service.isolate,
      listen: service.listeners.map(formatListenAddress).join(' '),
      ports: [...new Set(service.listeners.map((l) => l.port))].join(' '),
      health: {
        ...health,
        path: health.path ?? '',
        body: health.body ?? '',
        statusFrom: health.status[0],
        statusTo: health.status[1],
        notify: health.notify ? 'yes' : 'no',
        socket: hasHealthSocket(service) ? 'yes' : 'no',
      },
      drain,
      stopMs: stopMs(service),
      keep: service.keep,
      canary: {
        steps: service.canary.steps.map(({ share, duration }) => `${share}:${duration}`).join(' '),
        check: service.canary.check,
      },
      user: service.user,
      reloadSignal: service.reload.signal,
      probation: service.probation,
      hooks: {
        list: service.hooks.map(({ step, user, within }) => `${step}:${user}:${within}`).join(' '),
        commands: service.hooks,
      },
      withRelease: withRelease.join(' '),
      environment: Object.entries(variables(service)).map(([key, value]) => `--setenv=${key}=${value}`),
    },
    'shell',
  );
}
