import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ResponseParser } from '../../../src/load/response-parser.ts';

/** A response as it comes in pieces that end at `cuts`. */
function parsed(bytes: string, cuts: readonly number[] = []): ResponseParser {
  const parser = new ResponseParser(true);
  const all = Buffer.from(bytes, 'latin1');
  const ends = [...new Set(cuts.map((cut) => cut % all.length))].sort((a, b) => a - b);
  let from = 0;
  for (const end of [...ends, all.length]) {
    if (end > from) parser.feed(all.subarray(from, end));
    from = end;
  }
  return parser;
}

const withLength = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Version: 1.0\r\n\r\nhello';
const chunked =
  'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\nTrailer: 1\r\n\r\n';
const untilClose = 'HTTP/1.0 200 OK\r\n\r\nhello';

describe('a response', () => {
  it.each([withLength, chunked])(
    'is whole at its last byte and not before, in whatever pieces it comes',
    (bytes) => {
      fc.assert(
        fc.property(fc.array(fc.nat()), fc.integer({ min: 0, max: bytes.length - 1 }), (cuts, length) => {
          const whole = parsed(bytes, cuts);
          expect([whole.complete, whole.malformed, whole.body, whole.status]).toEqual([
            true,
            null,
            'hello',
            200,
          ]);
          const part = parsed(bytes.slice(0, length), length === 0 ? [] : cuts);
          expect([part.complete, part.malformed, part.end()]).toEqual([false, null, false]);
        }),
      );
    },
  );

  it('without a length ends with the connection', () => {
    const response = parsed(untilClose);
    expect(response.complete).toBe(false);
    expect(response.end()).toBe(true);
    expect(response.body).toBe('hello');
    expect(response.closes).toBe(true);
  });

  it.each([
    ['Connection: close', true],
    ['connection: Close', true],
    ['Connection: keep-alive', false],
    ['X-Other: close', false],
  ])('with "%s" ends its connection: %s', (header, closes) => {
    expect(parsed(`HTTP/1.1 200 OK\r\n${header}\r\nContent-Length: 0\r\n\r\n`).closes).toBe(closes);
  });

  it.each([
    'SSH-2.0\r\n\r\n',
    'HTTP/1.1 abc\r\n\r\n',
    `${withLength}more`,
    'HTTP/1.1 200 OK\r\nno colon\r\n\r\n',
  ])('that is none is told apart: %j', (bytes) => {
    expect(parsed(bytes).malformed).not.toBe(null);
  });

  it('with no body by its status needs no length', () => {
    expect(parsed('HTTP/1.1 204 No Content\r\n\r\n').complete).toBe(true);
  });
});
