/** The contract on a kernel of Debian's own: test hosts are containers, which have this machine's. */
import { createVagrantHost } from '../../src/host/vagrant/vagrant-host.ts';
import { testContractOn } from '../system/contract.ts';

testContractOn(12, (debian) => createVagrantHost({ debian }));
