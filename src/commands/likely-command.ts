import type { AppLook } from './look-at-app.ts';

/** What most likely starts an app that doesn't say so itself. */
export function likelyCommand({ language, name }: AppLook): string {
  if (language === 'node') return 'node server.js';
  return `./${name ?? 'my-app'}`;
}
