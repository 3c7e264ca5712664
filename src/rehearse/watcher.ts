import type { LoadReport } from '../load/load-report.ts';
import type { StepEvent } from './recording.ts';

/** What goes on, for whoever watches. */
export interface Watcher {
  /** Something began: `apt install hello 1.0.0`. */
  doing(what: string): void;
  /** A line of the handoff's story. */
  step(event: StepEvent): void;
  /** The load so far. */
  load(report: LoadReport): void;
}
