import type { AppLook } from './look-at-app.ts';

/** What most likely starts an app that doesn't say so itself. */
export function likelyCommand({ language, manifest, name, mainFile }: AppLook): string {
  const called = manifest?.name().value ?? name ?? 'my-app';
  if (language === 'node') return 'node server.js';
  if (language === 'python') return `python3 ${mainFile ?? 'main.py'}`;
  return language === 'rust' ? `./target/release/${called}` : `./${called}`;
}
