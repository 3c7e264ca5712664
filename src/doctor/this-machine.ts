import { execa } from 'execa';
import { BadInput } from '../bad-input.ts';
import type { AskedHost } from './asked-host.ts';

/** The machine that mkdeb runs on, asked as whoever runs it. */
export const thisMachine: AskedHost = {
  called: 'this machine',
  async run([file = '', ...args], { input, signal }) {
    signal.throwIfAborted();
    if (process.platform !== 'linux')
      throw new BadInput(`this is ${process.platform}: a Debian or Ubuntu machine can be asked`);
    // A group of its own: it is told to end as a whole, and takes away what it has made.
    const child = execa(file, args, { detached: true, input, reject: false, stripFinalNewline: false });
    const end = () => {
      if (child.pid !== undefined) endGroup(child.pid);
    };
    signal.addEventListener('abort', end);
    try {
      const { exitCode, stdout, stderr, code, shortMessage } = await child;
      signal.throwIfAborted();
      if (exitCode === undefined && code !== undefined) throw new BadInput(shortMessage);
      return { exitCode: exitCode ?? 128, stdout, stderr };
    } finally {
      signal.removeEventListener('abort', end);
    }
  },
  async dispose() {},
};

function endGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGTERM');
  } catch {
    // It has just ended.
  }
}
