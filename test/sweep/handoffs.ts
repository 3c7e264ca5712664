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
  /**
   * All releases share one unit, and so its settings and its state: where the newest one ends when it has been ready,
   * nobody listens until the older ones have ended too and systemd has started the app again.
   */
  oneUnit?: boolean;
  /** Laid over the `service` of a version that hits its memory limit. */
  limited: Config;
  /** Laid over the `service` of the example's mkdeb.yaml. */
  service: Config;
}

/** The second stands in where the machine keeps the memory controller from its containers. */
const limits: Config = { unit: { Service: { MemoryMax: '24M', LimitAS: '24M' } } };

export const sweptHandoffs: readonly SweptHandoff[] = [
  { handoff: 'reuseport', kind: 'node', port: 8080, packages: [], gates: true, limited: limits, service: {} },
  {
    handoff: 'socket',
    kind: 'python',
    port: 8082,
    packages: ['gunicorn'],
    gates: false,
    limited: limits,
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
    // A limit of the unit counts from the next start, and for all of them.
    limited: { exec: `prlimit --as=${24 << 20} ./hello-tableflip` },
    service: {},
  },
  {
    handoff: 'vip',
    kind: 'plain',
    port: 8084,
    packages: ['nftables', 'python3'],
    gates: true,
    limited: limits,
    service: {},
  },
];
