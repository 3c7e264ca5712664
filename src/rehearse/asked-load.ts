import type { LoadSpec } from '../load/load-spec.ts';
import type { RehearsalOptions } from './rehearsal-options.ts';

/** Longest times in ms. */
const requestTimeout = 20_000;
const longTimeout = 120_000;

/** The load that `options` ask for, and the same in words. */
export function askedLoad(
  options: RehearsalOptions,
  address: string,
  port: number,
): { spec: LoadSpec; asked: string } {
  const { rate, connections, long, path, versionHeader } = options;
  const spec: LoadSpec = {
    address,
    port,
    answer: { versionHeader },
    connections: { rate, path, timeout: requestTimeout },
    ...(connections > 0
      ? { keepAlive: { clients: connections, rate: 10, path, timeout: requestTimeout } }
      : {}),
    ...(long === null ? {} : { long: { inFlight: 5, path: long, timeout: longTimeout } }),
  };
  const parts = [`${rate} new connections a second`];
  if (connections > 0) parts.push(`${connections} kept ones with 10 requests a second each`);
  if (long !== null) parts.push(`5 requests of ${long} at any time`);
  return { spec, asked: `${parts.join(', ')}, GET ${path}` };
}
