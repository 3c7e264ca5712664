const endings = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs a task that must clean up after itself when the process is told to end: the task's signal aborts, and once it
 * has settled the process ends by the very signal it got. Aborts as well when the caller's own signal does.
 */
export async function interruptible<T>(
  signal: AbortSignal | undefined,
  task: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  let ending: NodeJS.Signals | null = null;
  const end = (name: NodeJS.Signals) => {
    ending = name;
    controller.abort(new Error(`stopped by ${name}`));
  };
  for (const name of endings) process.on(name, end);
  try {
    signal?.throwIfAborted();
    return await task(signal ? AbortSignal.any([signal, controller.signal]) : controller.signal);
  } finally {
    for (const name of endings) process.off(name, end);
    if (ending !== null) process.kill(process.pid, ending);
  }
}
