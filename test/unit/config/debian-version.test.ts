import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { debianVersionFromSemver } from '../../../src/config/semver.ts';
import {
  debianVersionMistake,
  parseDebianVersion,
  versionWithoutEpoch,
} from '../../../src/package/debian-version.ts';

const dpkgTakes = (version: string) =>
  spawnSync('dpkg', ['--validate-version', '--', version], { stdio: 'ignore' }).status === 0;

const dpkgCompares = (a: string, relation: string, b: string) =>
  spawnSync('dpkg', ['--compare-versions', a, relation, b]).status === 0;

test.each([
  ['1.0', { epoch: null, upstream: '1.0', revision: null }],
  ['1:2.0~rc1+git20261122-1', { epoch: 1, upstream: '2.0~rc1+git20261122', revision: '1' }],
  ['1-2-3', { epoch: null, upstream: '1-2', revision: '3' }],
  ['0:1:2', { epoch: 0, upstream: '1:2', revision: null }],
])('%s is taken apart', (text, parts) => expect(parseDebianVersion(text)).toEqual(parts));

test.each(['1.0', '1:2.0-1', '2026.11.22', '1-2-3', '1:1:1', '2147483647:1', '1~', '1.0+b7'])(
  '%s is a version, for dpkg too',
  (version) => {
    expect(debianVersionMistake(version)).toBeNull();
    expect(dpkgTakes(version)).toBe(true);
  },
);

test.each([
  '',
  'a1',
  '1:',
  ':1',
  'x:1',
  '2147483648:1',
  '1-',
  '1_1',
  '1-a_',
  '1:a',
  '~1',
  '1-:',
  'é',
  '1+é',
  '1 2',
  '1/2',
])('%j is none, for dpkg neither', (version) => {
  expect(debianVersionMistake(version)).not.toBeNull();
  expect(dpkgTakes(version)).toBe(false);
});

test('the longest version has 200 characters', () => {
  expect(debianVersionMistake('1'.repeat(200))).toBeNull();
  expect(debianVersionMistake('1'.repeat(201))).toBe('a version has at most 200 characters, not 201');
});

test('what is a version here is one for dpkg, and the other way round', () => {
  const version = fc.string({ unit: fc.constantFrom(...'019aZ.+~:-_ /é'), minLength: 1, maxLength: 9 });
  fc.assert(
    fc.property(version, (text) => {
      // dpkg forgives spaces around a version, and signs before its epoch.
      fc.pre(text.trim() === text && !/^[+-]/.test(text));
      expect(debianVersionMistake(text) === null).toBe(dpkgTakes(text));
    }),
    { numRuns: 150 },
  );
});

test.each([
  ['1:2.0-1', '2.0-1'],
  ['1:2:3', '2:3'],
  ['2.0', '2.0'],
])('%s without its epoch is %s', (version, without) => expect(versionWithoutEpoch(version)).toBe(without));

test.each([
  ['1.2.0', '1.2.0'],
  ['v1.2.0', '1.2.0'],
  ['1.2.0-rc.1', '1.2.0~rc.1'],
  ['1.2.0-rc.1+build.5', '1.2.0~rc.1+build.5'],
  ['1.2.0+build.5', '1.2.0+build.5'],
  ['1.2.0-alpha-2-x+b-1', '1.2.0~alpha.2.x+b.1'],
  ['1.2', null],
  ['latest', null],
])('package.json’s %s is %s', (semver, version) => expect(debianVersionFromSemver(semver)).toBe(version));

test('dpkg sorts a prerelease before its release and after the one before', () => {
  const rc = debianVersionFromSemver('1.2.0-rc.1') ?? '';
  expect(dpkgCompares(rc, 'lt', '1.2.0')).toBe(true);
  expect(dpkgCompares(rc, 'gt', '1.1.9')).toBe(true);
});
