/** What a load does. Every part but `address` and `port` may be left out; parts run side by side. Times in ms. */
export interface LoadSpec {
  /** An IPv4 or IPv6 address; names are not looked up. */
  address: string;
  /** Another address of the same server, as of the other family: connections, clients and places take turns. */
  secondAddress?: string;
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
  downloads?: RequestSpec & {
    inFlight: number;
    /** The size that is right; unless given, the one that the answer itself tells, as it then has to. */
    bytes?: number;
  };
  /**
   * Open loop: clients that each hold a WebSocket and send so many messages a second on it (0: none), each of which is
   * to be answered. Where the server closes politely (see `politeCloses`), the client opens the next one.
   */
  webSockets?: WebSocketSpec & { clients: number; rate: number };
  /**
   * Open loop: clients with an HTTP/2 session of their own (cleartext, prior knowledge), each sending so many requests a
   * second on it, side by side. After a GOAWAY a client opens a new session for what comes then.
   */
  http2?: RequestSpec & { clients: number; rate: number };
  /**
   * Closed loop: so many workers, each with a new connection as soon as its last one is done; with `keepAlive` on one
   * connection as long as the server lets it.
   */
  saturate?: RequestSpec & { workers: number; keepAlive?: boolean };
}

export interface WebSocketSpec {
  /** `/` unless given. */
  path?: string;
  /** Of the opening and of each message, from when it was due until it is answered; 10,000 unless given. */
  timeout?: number;
  /** The header, of the answer to the opening, that names the version; `x-version` unless given. */
  versionHeader?: string;
  /**
   * `echo` (unless given): a text that no other message has, which has to come back as it is. `ping`: a ping, which
   * every server has to answer (RFC 6455, 5.5.2). Else a text, and a regular expression that the text which answers it
   * matches; answers are taken to come in the order of the messages then.
   */
  says?: 'echo' | 'ping' | { message: string; answer: string };
}

/**
 * How a server ends a WebSocket without losing anything (RFC 6455, 7.4): normal closure, going away, restart (1012),
 * and a close frame without a code (1005). A message that is unanswered at that time is lost all the same: nobody can
 * know whether the server has acted on it.
 */
export const politeCloses: ReadonlySet<number> = new Set([1000, 1001, 1005, 1012]);

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

export const requestKinds = [
  'connections',
  'keepAlive',
  'long',
  'downloads',
  /** A WebSocket, from its opening to its end: answered well where it ends politely, or with the load. */
  'webSockets',
  /** A message on one of them. */
  'messages',
  'http2',
  'saturate',
] as const;
export type RequestKind = (typeof requestKinds)[number];

/** The request's way through the network, in the words of what went wrong with it. */
export const lossKinds = [
  /** Nobody listens. */
  'refused',
  /** No way there: the network says so. */
  'unreachable',
  /**
   * RST, at whatever moment before the whole answer was there. Of HTTP/2 also RST_STREAM, and a GOAWAY that names an
   * error.
   */
  'reset',
  /**
   * FIN before the whole answer was there, or without a WebSocket's close frame; also an RST that comes together with bytes of an answer, since libuv
   * reports both as the end of the stream. An RST before the first byte is always `reset`.
   */
  'cut-off',
  'timed-out',
  /** A 5xx status, or a WebSocket closed with 1011 (internal error) to 1014 (bad gateway), the restart excepted. */
  'server-error',
  /** Another status or close code than expected, a body or message that does not match, or another protocol. */
  'wrong-answer',
  /** The generator's own fault: it ran out of ports or descriptors. */
  'unsent',
] as const;
export type LossKind = (typeof lossKinds)[number];
