import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where mkdeb keeps what can be made again: $MKDEB_CACHE, else as the XDG Base Directory Specification says. */
export function cacheDirectory(env: NodeJS.ProcessEnv = process.env): string {
  if (env['MKDEB_CACHE']) return env['MKDEB_CACHE'];
  // The specification: a relative path in XDG_CACHE_HOME is invalid and must be ignored.
  if (env['XDG_CACHE_HOME']?.startsWith('/')) return join(env['XDG_CACHE_HOME'], 'mkdeb');
  return join(homedir(), '.cache', 'mkdeb');
}
