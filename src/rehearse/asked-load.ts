import type { Host } from '../host/host.ts';
import type { LoadSpec } from '../load/load-spec.ts';
import type { RehearsalOptions } from './rehearsal-options.ts';

/** Longest times in ms. */
const requestTimeout = 20_000;
const longTimeout = 120_000;

/** The load that `options` ask for, and the same in words. */
export function askedLoad(
  options: RehearsalOptions,
  { address, otherAddress }: Pick<Host, 'address' | 'otherAddress'>,
  port: number,
): { spec: LoadSpec; asked: string } {
  const { rate, connections, long, download, webSocket, http2, ipv6, path, versionHeader } = options;
  const timeout = requestTimeout;
  const spec: LoadSpec = {
    address,
    ...(ipv6 && otherAddress !== null ? { secondAddress: otherAddress } : {}),
    port,
    answer: { versionHeader },
    connections: { rate, path, timeout },
    ...(connections > 0 ? { keepAlive: { clients: connections, rate: 10, path, timeout } } : {}),
    ...(long === null ? {} : { long: { inFlight: 5, path: long, timeout: longTimeout } }),
    ...(download === null ? {} : { downloads: { inFlight: 5, path: download, timeout: longTimeout } }),
    ...(webSocket === null ? {} : { webSockets: { clients: 5, rate: 2, ...webSocket, timeout } }),
    ...(http2 > 0 ? { http2: { clients: http2, rate: 10, path, timeout } } : {}),
  };
  const parts = [`${rate} new connections a second`];
  if (connections > 0) parts.push(`${connections} kept ones with 10 requests a second each`);
  if (http2 > 0) parts.push(`${http2} HTTP/2 sessions with 10 requests a second each`);
  if (long !== null) parts.push(`5 requests of ${long} at any time`);
  if (download !== null) parts.push(`5 downloads of ${download} at any time`);
  if (webSocket !== null)
    parts.push(
      `5 WebSockets at ${webSocket.path} with 2 ${webSocket.says === 'ping' ? 'pings' : 'messages'} a second each`,
    );
  return { spec, asked: `${parts.join(', ')}, GET ${path}${ipv6 ? ', half of all over IPv6' : ''}` };
}
