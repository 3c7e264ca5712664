import { Connection } from './connection.ts';
import type { Clock, Recorder } from './recorder.ts';
import type { Request } from './request.ts';

/** Sends a request that was due at `due`, on a new connection that is used for nothing else. `done`: was it answered well? */
export function sendAlone(
  request: Request,
  recorder: Recorder,
  clock: Clock,
  due: number,
  done: (ok: boolean) => void,
): void {
  const sent = recorder.sent(request.kind, request.target, due);
  const connection = new Connection(request.target);
  const left = request.timeout - (clock.now() - due);
  connection.request(request.bytes, request.expected, Math.max(1, left), (outcome) => {
    connection.close();
    recorder.ended(sent, outcome, connection.localPort);
    done(outcome.ok);
  });
}
