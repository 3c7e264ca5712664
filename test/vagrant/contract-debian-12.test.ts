/** The contract on a kernel of Debian's own: test hosts are containers, which have this machine's. */
import { createVagrantHost } from '../../src/host/vagrant/vagrant-host.ts';
import { type Pace, testContractOn } from '../system/contract.ts';

// An emulated machine does a few things a second.
const pace: Pace = { rate: 4, keptRate: 0.5, waysToFail: 'one', patience: '20s', drainLimit: '60s' };

testContractOn(12, (debian) => createVagrantHost({ debian }), pace);
