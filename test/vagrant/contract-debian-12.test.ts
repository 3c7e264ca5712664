/** The contract on a kernel of Debian's own: test hosts are containers, which have this machine's. */
import { createVagrantHost } from '../../src/host/vagrant/vagrant-host.ts';
import { testContractOn } from '../system/contract.ts';

// An emulated machine does a few things a second.
const pace = { rate: 4, keptRate: 0.5, patience: '20s', drainLimit: '60s' };

testContractOn(12, (debian) => createVagrantHost({ debian }), pace);
