import { testContractOn, testHost, usualPace } from './contract.ts';

testContractOn(13, testHost, { ...usualPace, waysToFail: 'one' });
