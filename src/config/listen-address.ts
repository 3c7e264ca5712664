import { isIPv4, isIPv6 } from 'node:net';
import type { ListenAddress } from './app-config.ts';

export const expectedPort =
  'expected a port from 1 to 65535, or an address and a port such as "127.0.0.1:8080" or "[::1]:8080"';

/** Reads `8080`, `"127.0.0.1:8080"` or `"[::1]:8080"`; null for anything else, host names among it. */
export function parseListenAddress(value: number | string): ListenAddress | null {
  const match = /^(?:(?<v4>[\d.]+):|\[(?<v6>[0-9A-Fa-f:.]+)\]:)?(?<port>\d{1,5})$/.exec(String(value));
  if (match?.groups === undefined) return null;
  const { v4, v6 } = match.groups;
  const port = Number(match.groups['port']);
  if (port < 1 || port > 65_535) return null;
  if (v4 !== undefined && !isIPv4(v4)) return null;
  if (v6 !== undefined && !isIPv6(v6)) return null;
  return { address: v4 ?? (v6 === undefined ? null : shortIPv6(v6)), port };
}

/** As people and tools read it back: `8080`, `127.0.0.1:8080`, `[::1]:8080`. */
export function formatListenAddress({ address, port }: ListenAddress): string {
  if (address === null) return String(port);
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** The one spelling of RFC 5952, so that the same address given twice is seen. */
function shortIPv6(address: string): string {
  return new URL(`http://[${address}]/`).hostname.slice(1, -1);
}
