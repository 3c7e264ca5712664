import { canBootTestHost } from './can-boot-test-host.ts';
import { createNspawnHost } from './nspawn/nspawn-host.ts';
import type { TestHost, TestHostOptions } from './test-host.ts';

/** A fresh, booted host. Rejects, with what is missing and how to get it, where this machine cannot boot one. */
export async function createTestHost(options: TestHostOptions): Promise<TestHost> {
  const can = await canBootTestHost();
  if (!can.ok) throw new Error(`cannot boot a test host: ${can.why}; ${can.mend}`);
  return createNspawnHost(options);
}
