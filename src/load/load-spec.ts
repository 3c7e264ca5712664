/** What a load does. Every part but `address` and `port` may be left out; parts run side by side. Times in ms. */
export interface LoadSpec {
  /** An IPv4 or IPv6 address; names are not looked up. */
  address: string;
  port: number;
  /** What a good answer is, and which version gave it; a part may have its own. */
  answer?: AnswerSpec;
  /** Open loop: so many new connections a second, one request on each, whatever became of the earlier ones. */
  connections?: RequestSpec & { rate: number };
  /**
   * Open loop: clients with a connection of their own that stays open, each sending so many requests a second. A
   * request that is due while the one before is unanswered is sent late, and its latency counts from when it was due.
   */
  keepAlive?: RequestSpec & { clients: number; rate: number };
  /** So many slow requests in flight at any time, each on a new connection. */
  long?: RequestSpec & { inFlight: number };
  /** So many downloads in flight at any time, each on a new connection; their bodies are counted and not kept. */
  downloads?: RequestSpec & { inFlight: number /** The size that is right. */; bytes: number };
  /** Closed loop: so many workers, each with a new connection as soon as its last one is done. */
  saturate?: RequestSpec & { workers: number };
}

export interface RequestSpec {
  /** `/` unless given. */
  path?: string;
  /** From when the request was due until its whole answer is there; 10,000 unless given. */
  timeout?: number;
  answer?: AnswerSpec;
}

export interface AnswerSpec {
  /** 200 unless given. */
  status?: number;
  /** A regular expression that the body matches. At most the first 64 KiB are looked at. */
  body?: string;
  /** The header that names the version that answered; `x-version` unless given. */
  versionHeader?: string;
  /** Instead of a header: a regular expression on the body whose first group is the version. */
  versionInBody?: string;
}

export const requestKinds = ['connections', 'keepAlive', 'long', 'downloads', 'saturate'] as const;
export type RequestKind = (typeof requestKinds)[number];

/** The request's way through the network, in the words of what went wrong with it. */
export const lossKinds = [
  /** Nobody listens. */
  'refused',
  /** No way there: the network says so. */
  'unreachable',
  /** RST, at whatever moment before the whole answer was there. */
  'reset',
  /**
   * FIN before the whole answer was there; also an RST that comes together with bytes of an answer, since libuv
   * reports both as the end of the stream. An RST before the first byte is always `reset`.
   */
  'cut-off',
  'timed-out',
  /** A 5xx status. */
  'server-error',
  /** Another status than expected, a body that does not match, or no HTTP at all. */
  'wrong-answer',
  /** The generator's own fault: it ran out of ports or descriptors. */
  'unsent',
] as const;
export type LossKind = (typeof lossKinds)[number];
