import { createHash, type Hash } from 'node:crypto';
import type { ContentSink } from './tar-reader.ts';

export type DigestName = 'sha256' | 'md5';

/** Passes each part to all of them; undefined where there are none. */
export function together(sinks: readonly ContentSink[]): ContentSink | undefined {
  if (sinks.length < 2) return sinks[0];
  return {
    write: (part) => {
      for (const sink of sinks) sink.write(part);
    },
    end: () => {
      for (const sink of sinks) sink.end();
    },
  };
}

/** Tells the content's digest in hexadecimal, once it is whole. */
export function digestInto(name: DigestName, tell: (digest: string) => void): ContentSink {
  const hash: Hash = createHash(name);
  return { write: (part) => hash.update(part), end: () => tell(hash.digest('hex')) };
}

/** Tells the content as text, once it is whole; the caller has seen to it that it is not too large. */
export function textInto(tell: (text: string) => void): ContentSink {
  const parts: Buffer[] = [];
  return {
    // The part is a view of a buffer that is used again.
    write: (part) => parts.push(Buffer.from(part)),
    end: () => tell(Buffer.concat(parts).toString('utf8')),
  };
}
