import { readFile } from 'node:fs/promises';

/**
 * The first process of the container that runs below `outermost`, as this machine numbers it, or null where there is
 * none (yet). Below it come machine.sh, nspawn, and then the container's own init, which alone has the number 1 in
 * a PID namespace inside nspawn's.
 */
export async function containerInit(outermost: number): Promise<number | null> {
  for (const machine of await children(outermost)) {
    for (const nspawn of await children(machine)) {
      for (const init of await children(nspawn)) {
        const levels = await namespacePids(init);
        const outside = await namespacePids(machine);
        if (levels.length > outside.length && levels.at(-1) === 1) return init;
      }
    }
  }
  return null;
}

async function children(pid: number): Promise<number[]> {
  return numbers(await readIfThere(`/proc/${pid}/task/${pid}/children`));
}

/** The process's number in each PID namespace from this one inwards (proc_pid_status(5), NSpid). */
async function namespacePids(pid: number): Promise<number[]> {
  return numbers(/^NSpid:(.*)$/m.exec(await readIfThere(`/proc/${pid}/status`))?.[1] ?? '');
}

function numbers(text: string): number[] {
  return text.trim().split(/\s+/).filter(Boolean).map(Number);
}

/** A process may end between two looks: that is the same as not being there. */
async function readIfThere(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return '';
  }
}
