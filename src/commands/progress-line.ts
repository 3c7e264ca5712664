import type { WriteStream } from 'node:tty';

/** Work shorter than this needs no progress. */
const quietFor = 1_000;
const between = 100;

export interface ProgressLine {
  show(text: string): void;
  clear(): void;
}

/** One line that is written over and over, on a terminal and after a second; nothing anywhere else. */
export function progressLine(stream: WriteStream): ProgressLine {
  const started = performance.now();
  let last = 0;
  let shown = false;
  return {
    show(text) {
      const now = performance.now();
      if (!stream.isTTY || now - started < quietFor || now - last < between) return;
      last = now;
      shown = true;
      stream.write(`\r\x1b[K${text.slice(0, Math.max(0, (stream.columns || 80) - 1))}`);
    },
    clear() {
      if (shown) stream.write('\r\x1b[K');
      shown = false;
    },
  };
}
