import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { canBootTestHost } from '../../../src/host/can-boot-test-host.ts';

describe.runIf(process.getuid?.() === 0)('whether this machine can boot test hosts', () => {
  it('names every tool that is missing, and the packages to install', async () => {
    expect(await canBootTestHost('')).toEqual({
      ok: false,
      why: 'not found: systemd-nspawn, mmdebstrap, ip, unshare, nsenter, setpriv, flock, mount, tar',
      mend: 'apt install systemd-container mmdebstrap iproute2 util-linux mount tar',
    });
  });

  it('names only what is missing', async () => {
    const bin = await mkdtemp(join(tmpdir(), 'mkdeb-bin-'));
    try {
      for (const tool of ['mmdebstrap', 'ip', 'unshare', 'nsenter', 'setpriv', 'flock', 'mount', 'tar']) {
        await symlink('/bin/true', join(bin, tool));
      }
      expect(await canBootTestHost(bin)).toEqual({
        ok: false,
        why: 'not found: systemd-nspawn',
        mend: 'apt install systemd-container',
      });
    } finally {
      await rm(bin, { recursive: true });
    }
  });
});
