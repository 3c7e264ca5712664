import { describe, expect, it } from 'vitest';
import { aheadBy } from '../../../src/host/ssh/clock-ahead.ts';
import { connectSsh } from '../../../src/host/ssh/ssh-host.ts';
import { parseSshUrl } from '../../../src/host/ssh/ssh-target.ts';

describe('the address of a machine', () => {
  it('has a host, and perhaps a user and a port', () => {
    expect(parseSshUrl('ssh://staging')).toEqual({ host: 'staging', user: null, port: null });
    expect(parseSshUrl('ssh://ada@s-1.example.org:2222/')).toEqual({
      host: 's-1.example.org',
      user: 'ada',
      port: 2222,
    });
    expect(parseSshUrl('ssh://root@[2001:db8::7]:22')).toEqual({
      host: '2001:db8::7',
      user: 'root',
      port: 22,
    });
  });

  it.each([
    ...['ssh://', 'ssh:staging', 'ssh://a:secret@staging', 'ssh://staging/srv', 'ssh://staging:0'],
    ...['ssh://staging:70000', 'ssh://-oProxyCommand=x', 'ssh://-v@staging', 'ssh://a b', 'ssh://x\nHost y'],
  ])('is not %j', (url) => {
    expect(() => parseSshUrl(url)).toThrow('expected ssh://USER@HOST or ssh://USER@HOST:PORT');
  });
});

it('the other clock is read from the quickest answer', () => {
  const slow = { sent: 1_000, received: 1_900, there: 1_500 };
  const quick = { sent: 2_000, received: 2_004, there: 5_002 };
  expect(aheadBy([slow, quick, slow])).toBe(3_000);
});

it('a machine that does not answer is told in ssh’s words, with what has to work', async () => {
  await expect(connectSsh('ssh://root@127.0.0.1:9')).rejects.toThrow(
    'ssh://root@127.0.0.1:9: no connection (ssh: connect to host 127.0.0.1 port 9: Connection refused); this has to work: ssh -o BatchMode=yes -p 9 root@127.0.0.1 true',
  );
});
