import type { LoadReport } from '../load/load-report.ts';
import type { Act } from './plan.ts';

/** What a rehearsal has seen, as it happened; everything that is told of it is derived from this. Times are unix ms. */
export interface Recording {
  packages: { old: PackageFacts; new: PackageFacts; bad: PackageFacts | null };
  /** How the packages are upgraded: as mkdeb built them, or stopped and started as other packagers do it. */
  style: 'handoff' | 'restart';
  host: HostFacts;
  load: LoadReport;
  /** What was asked of the load, in words. */
  asked: string;
  acts: ActRecord[];
  events: StepEvent[];
  usage: UsageSample[];
  checks: CheckRecord[];
  /** The line that repeats it. */
  command: string;
}

export interface PackageFacts {
  name: string;
  version: string;
  /** `reuseport`, `socket` or `vip`. */
  handoff: string;
  port: number;
  /** In bytes. */
  size: number;
}

export interface HostFacts {
  /** `Debian 12`, `Ubuntu 24.04.1 LTS`. */
  os: string;
  systemd: string;
  dpkg: string;
  kernel: string;
  cpu: string;
  cores: number;
  memoryBytes: number;
  /**
   * By how many ms its clock was ahead of this machine's when the load began, and how much that has changed until it
   * ended. Times in a recording are those of this machine's clock.
   */
  clock: { ahead: number; moved: number };
}

/** One thing that was done to the host. */
export interface ActRecord {
  act: Act;
  /** For people: `upgrade to 1.1.0`. */
  title: string;
  started: number;
  ended: number;
  /** What apt said of it. */
  said: string;
  /** Why it did not go as it should; null: it did. */
  failure: string | null;
}

/** A line of the handoff's story (HANDOFF_STEP in the journal), or what systemd did with a plain service. */
export interface StepEvent {
  time: number;
  step: string;
  /** The release that is handed over from; empty where there is none. */
  from: string;
  text: string;
  warning: boolean;
}

export interface UsageSample {
  time: number;
  /** The release that the instance runs, as in its unit's name. */
  instance: string;
  /** Resident memory of its processes. */
  memoryBytes: number;
  /** Used since its start, in ms of one core. */
  cpuMs: number;
}

/** A run of the user's own script. */
export interface CheckRecord {
  stage: 'before' | 'during' | 'after';
  started: number;
  ended: number;
  exitCode: number;
  said: string;
}
