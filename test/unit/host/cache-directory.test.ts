import { homedir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { cacheDirectory } from '../../../src/host/cache-directory.ts';

it.each([
  [{ MKDEB_CACHE: '/a', XDG_CACHE_HOME: '/b' }, '/a'],
  [{ XDG_CACHE_HOME: '/b' }, '/b/mkdeb'],
  [{ XDG_CACHE_HOME: 'relative' }, join(homedir(), '.cache/mkdeb')],
  [{}, join(homedir(), '.cache/mkdeb')],
])('with %j the cache is %s', (env, directory) => {
  expect(cacheDirectory(env)).toBe(directory);
});
