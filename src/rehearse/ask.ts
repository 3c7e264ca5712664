import { get } from 'node:http';
import { connect } from 'node:http2';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * A program, run from where clients are: `node ask.js http|http2|websocket URL` prints the status with which the URL is
 * answered, `000` where it is not answered within 20 s. Where nobody listens (yet), it asks again for 30 s: a service may
 * just be starting.
 */
const [protocol = '', url = ''] = process.argv.slice(2);
const timeout = 20_000;
const until = Date.now() + 30_000;

type Status = number | 'refused' | 'none';

let status = await statusOf(url);
while (status === 'refused' && Date.now() < until) {
  await sleep(500);
  status = await statusOf(url);
}
process.stdout.write(`${typeof status === 'number' ? status : '000'}\n`);
process.exit(0);

/** Of the head of the answer: its body may be long. */
function statusOf(asked: string): Promise<Status> {
  return new Promise((resolve) => {
    const failed = ({ code }: NodeJS.ErrnoException) => resolve(code === 'ECONNREFUSED' ? 'refused' : 'none');
    const answered = (found: number | undefined) => resolve(found ?? 'none');
    if (protocol === 'http2') askInHttp2(new URL(asked), answered, failed);
    else askInHttp1(asked, answered, failed);
  });
}

function askInHttp1(
  asked: string,
  answered: (status: number | undefined) => void,
  failed: (error: NodeJS.ErrnoException) => void,
): void {
  // RFC 6455, 4.1; the key is of no interest to anybody.
  const webSocket = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'bWtkZWItbG9hZC1hc2tzLg==',
  };
  const headers = protocol === 'websocket' ? webSocket : {};
  get(asked, { agent: false, headers, signal: AbortSignal.timeout(timeout) }, (response) => {
    answered(response.statusCode);
  })
    .on('upgrade', (response) => answered(response.statusCode))
    .on('error', failed);
}

function askInHttp2(
  asked: URL,
  answered: (status: number | undefined) => void,
  failed: (error: NodeJS.ErrnoException) => void,
): void {
  const session = connect(asked.origin).on('error', failed);
  session.setTimeout(timeout, () => session.destroy(new Error('not answered')));
  session
    .request({ ':path': asked.pathname + asked.search })
    .on('response', (headers) => answered(headers[':status']))
    .on('error', failed)
    .on('close', () => answered(undefined));
}
