import type { Host } from '../host/host.ts';
import { bench } from './admin.ts';
import type { UsageSample } from './recording.ts';

const longestRehearsal = 24 * 3_600_000;
/** The sampling on the host ends when this is there. */
const over = `${bench}/over`;

/** What each instance uses, from now until `end`. */
export interface UsageSampling {
  end(): Promise<UsageSample[]>;
}

/**
 * Samples what the instances of the package `name` use; the host has what `Admin.bring` puts there, and its clock is
 * `ahead` ms ahead of this machine's.
 */
export function sampleUsage(host: Host, name: string, ahead: number): UsageSampling {
  const sampling = host
    .run(['perl', `${bench}/rehearse/usage.pl`, name, over], { check: false, timeout: longestRehearsal })
    .catch(() => null);
  return {
    end: async () => {
      await host.run(['touch', over]);
      return usageSamples((await sampling)?.stdout ?? '', ahead);
    },
  };
}

/** Reads what `templates/rehearse/usage.pl` printed; a last line that was cut off is left out. */
export function usageSamples(printed: string, ahead: number): UsageSample[] {
  return printed.split('\n').flatMap((line) => {
    const match = /^(\d{13}) (\S+) (\d+) (\d+\.\d)$/.exec(line);
    if (match === null) return [];
    const [, time, instance = '', memoryBytes, cpuMs] = match;
    return [{ time: Number(time) - ahead, instance, memoryBytes: Number(memoryBytes), cpuMs: Number(cpuMs) }];
  });
}
