import { once } from 'node:events';
import { connectSsh } from '../host/ssh/ssh-host.ts';
import type { AskedHost } from './asked-host.ts';

/** In ms; more than a command gives itself. */
const timeout = 360_000;

/**
 * The machine at `ssh://[USER@]HOST[:PORT]`, asked as root; `config`: instead of the user's ~/.ssh/config. Throws
 * BadInput where it can't be reached.
 */
export async function machineBySsh(url: string, config: string | undefined): Promise<AskedHost> {
  // Nothing goes there but by ssh.
  const host = await connectSsh(url, { address: '', ...(config === undefined ? {} : { config }) });
  return {
    called: host.name,
    async run(argv, { input, signal }) {
      signal.throwIfAborted();
      const running = host.run(argv, { input, timeout, check: false });
      // A signal does not get there. What is under way tidies up, and ends by itself.
      running.catch(() => {});
      const aborted = once(signal, 'abort').then(() => Promise.reject(signal.reason));
      aborted.catch(() => {});
      return Promise.race([running, aborted]);
    },
    dispose: () => host.dispose(),
  };
}
