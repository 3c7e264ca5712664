import { isIPv6 } from 'node:net';
import { execa } from 'execa';
import { BadInput } from '../bad-input.ts';
import type { Host } from '../host/host.ts';
import { installedPath } from '../installation.ts';
import type { RehearsalOptions } from './rehearsal-options.ts';
import type { RehearsedPackage } from './rehearsed-package.ts';

/** The compiled program: a process of its own runs no TypeScript. */
const ask = installedPath('dist/rehearse/ask.js');

/** Where a client finds what listens on `port` of the host: `http://192.0.2.7:8080`. */
export function urlOf({ address }: Pick<Host, 'address'>, port: number): string {
  return `http://${isIPv6(address) ? `[${address}]` : address}:${port}`;
}

/** How a client asks: see ask.ts. */
export type Protocol = 'http' | 'http2' | 'websocket';

/** The status (`000`: none) with which `path` is answered to a client; it may take a moment to be there. */
export async function answerOf(
  host: Host,
  port: number,
  path: string,
  { address = host.address, protocol = 'http' }: { address?: string; protocol?: Protocol } = {},
): Promise<string> {
  const argv = [process.execPath, ask, protocol, `${urlOf({ address }, port)}${path}`];
  const [command = '', ...args] = host.fromClient(argv);
  return (await execa(command, args)).stdout.trim();
}

interface Asked {
  option: string;
  path: string;
  how: string;
  status: string;
  address: string;
  protocol: Protocol;
}

/** What the load will ask for: by which option, how, and the status that it needs. */
function* askedFor({ address, otherAddress }: Host, options: RehearsalOptions): Iterable<Asked> {
  const { path, long, download, webSocket, http2, ipv6 } = options;
  const of = (option: string, path: string, over: Partial<Asked> = {}): Asked => {
    return { option, path, how: '', status: '200', address, protocol: 'http', ...over };
  };
  yield of('path', path);
  if (ipv6 && otherAddress !== null) yield of('path', path, { how: ' over IPv6', address: otherAddress });
  if (http2 > 0) yield of('path', path, { how: ' in HTTP/2', protocol: 'http2' });
  if (long !== null) yield of('long', long);
  if (download !== null) yield of('download', download);
  if (webSocket !== null)
    yield of('websocket', webSocket.path, { how: ' for a WebSocket', status: '101', protocol: 'websocket' });
}

/** Asks once for what the load will ask for. Throws BadInput where that is not answered well: nothing could be measured. */
export async function expectAnswers(
  host: Host,
  { name, version, port }: RehearsedPackage,
  options: RehearsalOptions,
): Promise<void> {
  for (const { option, path, how, status: needed, address, protocol } of askedFor(host, options)) {
    const status = await answerOf(host, port, path, { address, protocol });
    if (status === needed) continue;
    // A firewall may be in the way.
    const where = host.throwaway ? '' : ` at ${urlOf({ address }, port)}, asked from this machine`;
    const said = status === '000' ? `is not answered${where}` : `is answered with status ${status}`;
    throw new BadInput(
      `GET ${path}${how} of ${name} ${version} on port ${port} ${said}; name a path that is answered ${needed} with --${option}`,
    );
  }
}
