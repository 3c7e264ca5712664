import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { canBootTestHost } from '../../dist/host/can-boot-test-host.js';
import { createTestHost } from '../../dist/host/create-test-host.js';
import { startLoad } from '../../dist/load/start-load.js';

const mkdeb = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const example = fileURLToPath(new URL('../node-app/', import.meta.url));

const work = mkdtempSync(join(tmpdir(), 'mkdeb-demo-'));
try {
  process.exitCode = await demo();
} finally {
  rmSync(work, { recursive: true });
}

async function demo() {
  say('Building versions 1.0.0 and 1.1.0 of examples/node-app');
  const app = join(work, 'app');
  cpSync(example, app, { recursive: true, filter: (path) => !path.includes('node_modules') });
  execFileSync('npm', ['ci', '--omit=dev', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: app,
    stdio: 'pipe',
  });
  const [before, after] = ['1.0.0', '1.1.0'].map((version) => build(app, version));

  const can = await canBootTestHost();
  if (!can.ok) {
    say(`Skipped: the upgrade. A test host cannot boot here: ${can.why}. To mend it: ${can.mend}`);
    return 0;
  }

  say('Booting a Debian 12 host');
  const host = await createTestHost({ debian: 12, progress: console.log });
  try {
    say('apt install version 1.0.0');
    await install(host, before);

    say(
      'apt install version 1.1.0 under load: 200 new connections a second, 10 kept ones, 5 requests of 3 s',
    );
    const load = await startLoad(host, {
      address: host.address4,
      port: 8080,
      connections: { rate: 200 },
      keepAlive: { clients: 10, rate: 10 },
      long: { inFlight: 5, path: '/slow?ms=3000' },
    });
    await sleep(3000);
    console.log(await install(host, after));
    await sleep(3000);
    const { lost, byVersion, latency, firstLosses } = await load.stop();

    const by = Object.entries(byVersion).map(([version, { ok }]) => `${ok} by ${version}`);
    say(`${lost} requests lost; answered: ${by.join(', ')}; half within ${latency.p50} ms`);
    for (const { kind, loss, detail } of firstLosses) console.log(`  ${kind}: ${loss} ${detail}`);
    return lost === 0 && '1.0.0' in byVersion && '1.1.0' in byVersion ? 0 : 1;
  } finally {
    await host.dispose();
  }
}

function build(app, version) {
  const file = join(app, 'package.json');
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), version }, null, 2));
  const deb = join(work, `hello-node_${version}_all.deb`);
  console.log(execFileSync('node', [mkdeb, 'build', app, '-o', deb], { encoding: 'utf8' }));
  return deb;
}

/** What apt said of the package itself. */
async function install(host, deb) {
  await host.copyIn(deb, '/root/app.deb');
  const { stdout, stderr } = await host.run(
    ['apt-get', 'install', '-qq', '-o', 'Dpkg::Use-Pty=0', '/root/app.deb'],
    {
      env: { DEBIAN_FRONTEND: 'noninteractive' },
    },
  );
  return `${stdout}${stderr}`.trim();
}

function say(line) {
  console.log(`\n== ${line}`);
}
