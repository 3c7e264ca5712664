import type { ListenAddress, ServiceConfig } from '../config/app-config.ts';

/** Whether the app gets a socket for the health check alone: where all instances share the others. */
export function hasHealthSocket({ handoff, health }: ServiceConfig): boolean {
  return handoff === 'socket' && health.path !== null;
}

/** Whether a release carries the launcher, which prepares the app's sockets. */
export function needsLauncher(service: ServiceConfig): boolean {
  if (service.preload) return true;
  if (service.handoff === 'socket') return hasHealthSocket(service) || service.workers > 1;
  return service.handoff === 'reuseport' && service.listen === 'fd';
}

/**
 * The launcher's arguments, `--` included; `instance` is the directory that the running instance has for itself,
 * `release` that of its files.
 */
export function launcherArguments(service: ServiceConfig, instance: string, release: string): string[] {
  return [
    ...(hasHealthSocket(service) ? ['--health', `${instance}/health`] : []),
    ...(service.preload ? ['--preload', `${release}/.mkdeb/node/preload.cjs`] : []),
    String(service.workers),
    ...(service.handoff === 'socket' ? [] : service.listeners.map(socketName)),
    '--',
  ];
}

/** As the launcher reads it. */
function socketName({ address, port }: ListenAddress): string {
  if (address === null) return `*:${port}`;
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
