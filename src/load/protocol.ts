import type { LoadReport } from './load-report.ts';
import type { LoadSpec } from './load-spec.ts';

/** What is said to the generator's process, one JSON value a line on its standard input; the end of it ends the process. */
export type Command = { start: LoadSpec } | { mark: string } | { snapshot: true } | { stop: true };

/** What it answers on its standard output: one line to each command, in their order. */
export type Answer = { done: true } | { report: LoadReport };
