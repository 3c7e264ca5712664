import { isIPv6 } from 'node:net';
import { ExpectedAnswer } from './answer.ts';
import type { LoadSpec, RequestKind, RequestSpec } from './load-spec.ts';

const defaultTimeout = 10_000;

/** A part of a load, made ready: the bytes of its request and what is to come of it. */
export interface Request {
  kind: RequestKind;
  bytes: Buffer;
  expected: ExpectedAnswer;
  /** In ms, from when it was due. */
  timeout: number;
}

/** `persistent`: the connection is used again afterwards. */
export function makeRequest(
  load: LoadSpec,
  kind: RequestKind,
  spec: RequestSpec & { bytes?: number },
  persistent: boolean,
): Request {
  const host = isIPv6(load.address) ? `[${load.address}]` : load.address;
  const lines = [
    `GET ${spec.path ?? '/'} HTTP/1.1`,
    `Host: ${host}:${load.port}`,
    'User-Agent: mkdeb-load',
    'Accept: */*',
  ];
  if (!persistent) lines.push('Connection: close');
  return {
    kind,
    bytes: Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'),
    expected: new ExpectedAnswer({ ...load.answer, ...spec.answer }, spec.bytes ?? null),
    timeout: spec.timeout ?? defaultTimeout,
  };
}
