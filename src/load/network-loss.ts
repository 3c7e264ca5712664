import type { LossKind } from './load-spec.ts';

const byCode: Readonly<Record<string, LossKind>> = {
  ECONNREFUSED: 'refused',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  ETIMEDOUT: 'timed-out',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EHOSTDOWN: 'unreachable',
  EADDRNOTAVAIL: 'unsent',
  EMFILE: 'unsent',
  ENFILE: 'unsent',
  ENOBUFS: 'unsent',
};

/** As what a request is lost whose TCP connection ended with `error`. */
export function lossOfError(error: NodeJS.ErrnoException): LossKind {
  return byCode[error.code ?? ''] ?? 'unsent';
}

/** The same in words: `read ECONNRESET`. */
export function sayError(error: NodeJS.ErrnoException): string {
  return `${error.syscall ?? ''} ${error.code ?? error.message}`.trim();
}
