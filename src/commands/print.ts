/** How much is put together before it is written, in characters. */
const pieceSize = 1 << 16;

/** Writes pieces to standard output as they come: what a package holds may be too much for one text. */
export function print(pieces: Iterable<string>): void {
  let waiting: string[] = [];
  let size = 0;
  for (const piece of pieces) {
    waiting.push(piece);
    size += piece.length;
    if (size < pieceSize) continue;
    process.stdout.write(waiting.join(''));
    waiting = [];
    size = 0;
  }
  if (waiting.length > 0) process.stdout.write(waiting.join(''));
}
