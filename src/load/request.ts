import { isIPv6 } from 'node:net';
import { ExpectedAnswer } from './answer.ts';
import type { Target } from './connection.ts';
import type { LoadSpec, RequestKind, RequestSpec } from './load-spec.ts';

export const defaultTimeout = 10_000;

/** A part of a load, made ready: the bytes of its request and what is to come of it. */
export interface Request {
  kind: RequestKind;
  target: Target;
  /** As HTTP/1.1 sends it. */
  bytes: Buffer;
  expected: ExpectedAnswer;
  /** In ms, from when it was due. */
  timeout: number;
}

/** `persistent`: the connection is used again afterwards. */
export function makeRequest(
  load: LoadSpec,
  target: Target,
  kind: RequestKind,
  spec: RequestSpec & { bytes?: number },
  persistent: boolean,
): Request {
  const size = spec.bytes ?? (kind === 'downloads' ? 'told' : 'any');
  const lines = [
    `GET ${spec.path ?? '/'} HTTP/1.1`,
    `Host: ${authorityOf(target)}`,
    `User-Agent: ${userAgent}`,
    'Accept: */*',
  ];
  if (!persistent) lines.push('Connection: close');
  return {
    kind,
    target,
    bytes: Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'),
    expected: new ExpectedAnswer({ ...load.answer, ...spec.answer }, size),
    timeout: spec.timeout ?? defaultTimeout,
  };
}

export const userAgent = 'mkdeb-load';

/** `192.0.2.1:80`, `[2001:db8::1]:80`. */
export function authorityOf({ address, port }: Target): string {
  return `${isIPv6(address) ? `[${address}]` : address}:${port}`;
}
