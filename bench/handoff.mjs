// node bench/handoff.mjs: what the handoff adds to `apt install` of an upgrade. The same Node app packaged with a service
// and without one, upgraded in turns on one test host (root; `npm run build` before). The app's own start, which any
// upgrade pays, is measured beside it: from systemctl start to the first answer.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createTestHost } from '../dist/host/create-test-host.js';

const repository = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'mkdeb-bench-'));

/** The package of the Node example, by its name's last part with or without a service. */
function build(name, version, config) {
  const app = join(folder, `${name}-${version}`);
  cpSync(join(repository, 'examples/node-app'), app, { recursive: true });
  const manifest = JSON.parse(readFileSync(join(app, 'package.json'), 'utf8'));
  writeFileSync(join(app, 'package.json'), JSON.stringify({ ...manifest, name, version }));
  writeFileSync(join(app, 'mkdeb.yaml'), config);
  execFileSync('npm', ['ci', '--omit=dev', '--silent'], { cwd: app });
  const out = join(folder, `${name}-${version}.deb`);
  execFileSync('node', [join(repository, 'dist/cli.js'), 'build', app, '-o', out]);
  return out;
}

const service =
  'service:\n  port: 8080\n  health: { path: /health, interval: 100ms }\n  drain: { wait: 20s, idle: 200ms }\n';
const packages = {
  'with the service': ['1.0.0', '1.1.0'].map((version) => build('bench-service', version, service)),
  'without a service': ['1.0.0', '1.1.0'].map((version) => build('bench-files', version, 'section: net\n')),
};
const host = await createTestHost({ debian: 12 });
try {
  const times = {};
  for (let turn = 0; turn < 8; turn++) {
    for (const [name, debs] of Object.entries(packages)) {
      const deb = debs[turn % 2];
      await host.copyIn(deb, `/root/${basename(deb)}`);
      const start = performance.now();
      await host.run(['apt-get', 'install', '-y', '--allow-downgrades', `/root/${basename(deb)}`], {
        env: { DEBIAN_FRONTEND: 'noninteractive' },
      });
      // The first two turns install and warm up.
      if (turn < 2) continue;
      times[name] ??= [];
      times[name].push(performance.now() - start);
    }
  }
  const probe = 'until curl -sf -o /dev/null http://127.0.0.1:8080/health; do sleep 0.01; done';
  const starts = [];
  const { stdout } = await host.run(['readlink', '/usr/lib/bench-service/releases/current']);
  const instance = `bench-service@${stdout.trim()}.service`;
  for (let turn = 0; turn < 5; turn++) {
    await host.run(['systemctl', 'stop', instance]);
    const start = performance.now();
    await host.run(['sh', '-c', `systemctl start ${instance}; ${probe}`]);
    starts.push(performance.now() - start);
  }
  const median = (list) => list.sort((a, b) => a - b)[list.length >> 1];
  const [upgraded, files, started] = [times['with the service'], times['without a service'], starts].map(
    median,
  );
  const seconds = (ms) => `${(ms / 1000).toFixed(2)} s`;
  console.log(`apt install of an upgrade with the service     ${seconds(upgraded)}`);
  console.log(`the same without a service                     ${seconds(files)}`);
  console.log(`the app's own start                            ${seconds(started)}`);
  console.log(
    `the handoff: ${seconds(upgraded - files - started)}, ${(upgraded / (files + started)).toFixed(2)} times what cannot be saved`,
  );
} finally {
  await host.dispose();
  rmSync(folder, { recursive: true, force: true });
}
