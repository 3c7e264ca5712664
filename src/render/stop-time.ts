import type { ServiceConfig } from '../config/app-config.ts';

/** From SIGTERM to SIGKILL, in ms. Where nobody can see from outside what is in flight, the app drains after SIGTERM. */
export function stopMs({ handoff, drain }: ServiceConfig): number {
  return handoff === 'socket' ? Math.max(drain.limit, drain.stop) : drain.stop;
}
