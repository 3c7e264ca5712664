/** Tells where there was no space, if it is that: neither the kernel nor a compressor says. */
export function namingFullDisk(error: unknown, folder: string): unknown {
  if (!(error instanceof Error)) return error;
  const { code } = error as NodeJS.ErrnoException;
  const isFull = code === 'ENOSPC' || code === 'EDQUOT' || /No space left on device/.test(error.message);
  if (!isFull) return error;
  const told = new Error(
    `no space left in ${folder}: beside the package, what is in work has to fit there while it is built`,
  );
  return Object.assign(told, { code: code ?? 'ENOSPC' });
}
