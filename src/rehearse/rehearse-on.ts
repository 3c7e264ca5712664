import type { Host } from '../host/host.ts';
import { BorrowedHost, type GivenBack } from './borrowed-host.ts';
import type { Recording } from './recording.ts';
import { type RehearsalInput, rehearse } from './run.ts';
import type { Watcher } from './watcher.ts';

export interface Seen {
  recording: Recording;
  /** Empty where the host is thrown away. */
  givenBack: GivenBack;
}

/** Rehearses on `host`; one that is not thrown away is given back as it was, whatever becomes of the rehearsal. */
export async function rehearseOn(host: Host, input: RehearsalInput, watcher: Watcher): Promise<Seen> {
  if (host.throwaway)
    return { recording: await rehearse(host, input, watcher), givenBack: { done: [], left: [] } };
  const borrowed = await BorrowedHost.of(host, input.packages.old.name);
  let recording: Recording;
  try {
    recording = await rehearse(host, input, watcher);
  } catch (error) {
    const { done, left } = await borrowed.giveBack();
    for (const line of done) watcher.doing(line);
    for (const line of left) watcher.doing(`${host.name} is not as it was: ${line}`);
    throw error;
  }
  watcher.doing(`tidying up on ${host.name}`);
  return { recording, givenBack: await borrowed.giveBack() };
}
