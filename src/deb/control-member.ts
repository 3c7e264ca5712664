import type { Method } from './compression.ts';
import type { Part } from './part.ts';
import { PieceCompressor } from './piece-compressor.ts';
import type { NewScratchFile } from './scratch-file.ts';
import { writeWhole } from './write-whole.ts';

/** The control member: its tar archive as one piece, compressed as the data member's are. */
export async function compressControl(
  tar: Buffer,
  method: Method,
  scratch: NewScratchFile,
  signal: AbortSignal,
): Promise<Part[]> {
  const file = await scratch();
  await writeWhole(file, tar, 0);
  const piece = await new PieceCompressor(method, scratch, signal).compress({ file, tarHeader: null });
  return method.join([piece]);
}
