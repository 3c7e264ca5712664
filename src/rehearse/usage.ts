import type { TestHost } from '../host/test-host.ts';
import type { UsageSample } from './recording.ts';

const longestRehearsal = 24 * 3_600_000;

/** What each instance uses, from now until `end`. */
export interface UsageSampling {
  end(): Promise<UsageSample[]>;
}

/** Samples what the instances of the package `name` use; the host has what `Admin.bring` puts there. */
export function sampleUsage(host: TestHost, name: string): UsageSampling {
  const sampling = host
    .run(['perl', '/root/rehearse/usage.pl', name], { check: false, timeout: longestRehearsal })
    .catch(() => null);
  return {
    end: async () => {
      await host.run(['touch', '/run/rehearsal-ended']);
      return usageSamples((await sampling)?.stdout ?? '');
    },
  };
}

/** Reads what `templates/rehearse/usage.pl` printed; a last line that was cut off is left out. */
export function usageSamples(printed: string): UsageSample[] {
  return printed.split('\n').flatMap((line) => {
    const match = /^(\d{13}) (\S+) (\d+) (\d+\.\d)$/.exec(line);
    if (match === null) return [];
    const [, time, instance = '', memoryBytes, cpuMs] = match;
    return [{ time: Number(time), instance, memoryBytes: Number(memoryBytes), cpuMs: Number(cpuMs) }];
  });
}
