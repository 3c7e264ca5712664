import type { UsageSample } from './recording.ts';

/** Reads what `templates/rehearse/usage.pl` printed; a last line that was cut off by a reboot is left out. */
export function usageSamples(printed: string): UsageSample[] {
  return printed.split('\n').flatMap((line) => {
    const match = /^(\d{13}) (\S+) (\d+) (\d+\.\d)$/.exec(line);
    if (match === null) return [];
    const [, time, instance = '', memoryBytes, cpuMs] = match;
    return [{ time: Number(time), instance, memoryBytes: Number(memoryBytes), cpuMs: Number(cpuMs) }];
  });
}
