import type { Config, ExampleKind } from '../examples.ts';

/** A handoff as the sweeps try it: with an example app whose upgrades are cut off. */
export interface SweptHandoff {
  handoff: string;
  kind: ExampleKind;
  port: number;
  /** Debian packages that the app needs. */
  packages: readonly string[];
  /** No client reaches the new instance before the switch. */
  gates: boolean;
  /** All releases share one unit: what is done to the new version's unit or its processes is done to the old one's. */
  oneUnit?: boolean;
  /** Laid over the `service` of the example's mkdeb.yaml. */
  service: Config;
}

export const sweptHandoffs: readonly SweptHandoff[] = [
  { handoff: 'reuseport', kind: 'node', port: 8080, packages: [], gates: true, service: {} },
  {
    handoff: 'socket',
    kind: 'python',
    port: 8082,
    packages: ['gunicorn'],
    gates: false,
    // When stopped while it starts, gunicorn waits that long for a worker that has ended already.
    service: { exec: 'gunicorn --workers 8 --graceful-timeout 5 hello:app' },
  },
  {
    handoff: 'reload',
    kind: 'tableflip',
    port: 8085,
    packages: [],
    gates: false,
    oneUnit: true,
    service: {},
  },
  {
    handoff: 'vip',
    kind: 'plain',
    port: 8084,
    packages: ['nftables', 'python3'],
    gates: true,
    service: {},
  },
];
