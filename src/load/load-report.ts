import type { LossKind, RequestKind } from './load-spec.ts';

/** What became of every request. `sent` = `ok` + `lost` + `inFlight`; nothing is tried again, nothing is left out. */
export interface LoadReport extends Tally {
  /** Unix times in ms. */
  started: number;
  ended: number;
  byKind: Partial<Record<RequestKind, Tally>>;
  /** By the address that was asked. */
  byAddress: Record<string, Tally>;
  byVersion: Record<string, VersionTally>;
  /** From each mark to the next, by when requests were due; the first phase is called `start`. */
  phases: Phase[];
  /** The first thousand, in the order in which they were noticed. */
  firstLosses: Loss[];
  timeline: Bucket[];
  /** How late the generator itself sent what was due (ms): where this is much, it and not the server is the bottleneck. */
  behind: Percentiles;
  /** The generator's own use of one core, 0 to 1. */
  cpu: number;
}

export interface Tally {
  sent: number;
  ok: number;
  lost: number;
  inFlight: number;
  losses: Record<LossKind, number>;
  /**
   * Keep-alive connections and HTTP/2 sessions that the server ended between two requests, and WebSockets that it closed
   * politely, as it may; nothing was lost by it.
   */
  reconnected: number;
  /**
   * HTTP/2 requests that a GOAWAY said had not been looked at, and that were sent once more on a new session, as
   * RFC 9113 (6.8) has it; each is one request all the same, and its latency counts from when it was due.
   */
  resent: number;
  /** Of good answers; a WebSocket's is that of its opening. */
  latency: Percentiles;
}

export interface Phase extends Tally {
  name: string;
  started: number;
  byKind: Partial<Record<RequestKind, Tally>>;
}

/** In ms, within 1 %. All 0 where there is nothing to tell of. */
export interface Percentiles {
  p50: number;
  p90: number;
  p99: number;
  p999: number;
  max: number;
}

export interface VersionTally {
  ok: number;
  /** When its first and its last good answer came (unix ms). */
  first: number;
  last: number;
}

export interface Loss {
  /** When the request was due (unix ms). */
  due: number;
  /** When it was noticed (unix ms). */
  time: number;
  loss: LossKind;
  kind: RequestKind;
  /** The one that was asked. */
  address: string;
  /** Null where there was no connection. */
  localPort: number | null;
  detail: string;
}

/** 100 ms of requests, by when they were due. */
export interface Bucket {
  /** Unix ms. */
  start: number;
  sent: number;
  ok: Record<string, number>;
  losses: Partial<Record<LossKind, number>>;
  /** Of good answers, long requests, downloads and WebSockets left out: they are slow by design. */
  latency: Percentiles;
}
