import { testContractOn } from './contract.ts';

testContractOn(12);
