import { connect, isIPv6 } from 'node:net';
import type { Host } from '../host.ts';

/** In ms. */
const connectTimeout = 2_000;

/**
 * The first of the host's own addresses at which its ssh server answers from here: behind a provider's NAT, ssh goes to a
 * port of this machine, and load would not get through. Rejects where there is none.
 */
export async function reachedAddress(host: Host): Promise<string> {
  const { stdout } = await host.run(['hostname', '--all-ip-addresses']);
  const addresses = stdout.split(/\s+/).filter((one) => one !== '');
  for (const address of addresses.filter((one) => !isIPv6(one) || !one.startsWith('fe80'))) {
    if (await answers(address)) return address;
  }
  throw new Error(
    `none of the machine’s addresses (${addresses.join(', ') || 'none'}) is reached from here; give it a private network in the Vagrantfile`,
  );
}

function answers(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port: 22, timeout: connectTimeout });
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('data', () => end(true));
    for (const event of ['timeout', 'error', 'close']) socket.once(event, () => end(false));
  });
}
