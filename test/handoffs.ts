import type { Handoff } from '../src/config/app-config.ts';
import type { Config, ExampleKind, Variant } from './examples.ts';

/** A handoff as the contract's tests try it: an example app that is handed over in this way. */
export interface HandoffExample {
  handoff: Handoff;
  kind: ExampleKind;
  port: number;
  /** Debian packages that the app needs. */
  packages: readonly string[];
  /** Laid over the example's mkdeb.yaml. */
  service: Config;
  /** Ways of being unhealthy in which no client of the new version gets a bad answer from it. */
  refused: readonly Variant[];
}

export const handoffExamples: readonly HandoffExample[] = [
  {
    handoff: 'reuseport',
    kind: 'node',
    port: 8080,
    packages: [],
    service: {},
    refused: ['exits-at-once', 'never-listens', 'answers-500'],
  },
  {
    handoff: 'socket',
    kind: 'node',
    port: 8080,
    packages: [],
    service: { handoff: 'socket' },
    refused: ['exits-at-once', 'never-listens', 'answers-500'],
  },
  {
    handoff: 'reload',
    kind: 'tableflip',
    port: 8085,
    packages: [],
    service: {},
    refused: ['exits-at-once', 'never-listens', 'answers-500'],
  },
  {
    handoff: 'vip',
    kind: 'plain',
    port: 8084,
    packages: ['nftables', 'iproute2', 'python3'],
    service: {},
    refused: ['exits-at-once', 'never-listens', 'answers-500'],
  },
];
