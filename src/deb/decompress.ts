import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createReadStream } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { BadInput } from '../bad-input.ts';
import type { ArMember } from './ar-members.ts';
import { exitOf, type Filter } from './process-sink.ts';

const filters: Readonly<Record<string, Filter>> = {
  zst: { command: 'zstd', args: ['-q', '-d', '-c'], debianPackage: 'zstd', task: 'reads zstd' },
  // As much as dpkg's own limit lets a package ask for; xz -9 needs 65 MiB.
  xz: {
    command: 'xz',
    args: ['-q', '-d', '-c', '--memlimit-decompress=512MiB'],
    debianPackage: 'xz-utils',
    task: 'reads xz',
  },
};

/**
 * Sends a member of a .deb to a consumer, decompressed as its name's suffix says: none, gz, xz or zst (deb(5)).
 * Rejects with whatever goes wrong first on the way; nothing is left running.
 */
export async function decompressMember(path: string, member: ArMember, consumer: Writable): Promise<void> {
  if (member.size === 0) throw new BadInput('it is empty');
  const source = createReadStream(path, { start: member.offset, end: member.offset + member.size - 1 });
  const suffix = /\.tar(?:\.(\w+))?$/.exec(member.name)?.[1] ?? 'none';
  if (suffix === 'none') return pipeline(source, consumer);
  if (suffix === 'gz') return pipeline(source, createGunzip({ chunkSize: 1 << 18 }), consumer);
  const filter = filters[suffix];
  if (filter === undefined) throw new BadInput(`its compression, ${suffix}, is not gz, xz or zst`);
  return throughProcess(source, filter, consumer);
}

async function throughProcess(source: Readable, filter: Filter, consumer: Writable): Promise<void> {
  const child = spawn(filter.command, filter.args, {
    stdio: ['pipe', 'pipe', 'pipe'],
  }) as ChildProcessByStdio<Writable, Readable, Readable>;
  const exited = exitOf(child, filter);
  let isRefused = false;
  const drained = pipeline(child.stdout, consumer).catch((error) => {
    // At the program's end it is the program that has something to say.
    isRefused = error instanceof BadInput && !child.stdout.readableEnded;
    child.kill('SIGKILL');
    throw error;
  });
  const [ended, consumed, fed] = await Promise.allSettled([exited, drained, pipeline(source, child.stdin)]);
  // One failure breaks the pipes of the others. The consumer's comes first where it would take no more.
  const stories =
    isRefused || child.signalCode === 'SIGKILL' ? [consumed, ended, fed] : [ended, consumed, fed];
  for (const story of stories) if (story.status === 'rejected') throw story.reason;
}
