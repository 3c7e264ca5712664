import { expect, test } from 'vitest';
import { nfpmArchitecture } from '../../../src/nfpm/nfpm-arch.ts';
import { isNfpmFile } from '../../../src/nfpm/nfpm-file.ts';
import { nfpmVersion, type VersionParts } from '../../../src/nfpm/nfpm-version.ts';
import { debianVersionMistake } from '../../../src/package/debian-version.ts';

const none: VersionParts = {
  version: '',
  schema: 'semver',
  epoch: '',
  prerelease: '',
  metadata: '',
  release: '',
};

test.each<[Partial<VersionParts>, string]>([
  [{ version: '1.2.3' }, '1.2.3'],
  [{ version: 'v1.2.3' }, '1.2.3'],
  [{ version: 'v1' }, '1.0.0'],
  [{ version: '1.2' }, '1.2.0'],
  [{ version: 'v1.2.3-beta.1+git5' }, '1.2.3~beta.1+git5'],
  [{ version: '1.0.0-rc-1' }, '1.0.0~rc-1'],
  [{ version: '1.0.0', prerelease: 'beta1' }, '1.0.0~beta1'],
  [{ version: '1.0.0-alpha', prerelease: 'beta1' }, '1.0.0~beta1'],
  [{ version: '1.0.0+a', metadata: 'git', release: '2', epoch: '3' }, '3:1.0.0+git-2'],
  [{ version: '1.0.0', epoch: '0' }, '0:1.0.0'],
  [{ version: '2024.01.05' }, '2024.1.5'],
  [{ version: 'v1.2.3-beta', schema: 'none' }, 'v1.2.3-beta'],
  [{ version: '1.2.3.4' }, '1.2.3.4'],
  [{ version: 'this-is-my-version' }, 'this-is-my-version'],
  [{ version: '1.0.0-01' }, '1.0.0-01'],
  [{ version: '1.99999999999999999999.0' }, '1.99999999999999999999.0'],
])('%j is the Debian version %s', (parts, version) => {
  expect(nfpmVersion({ ...none, ...parts })).toBe(version);
});

test('a version that dpkg does not take is found', () => {
  expect(debianVersionMistake(nfpmVersion({ ...none, version: 'v1.2.3', schema: 'none' }))).not.toBeNull();
});

test.each([
  ['386', 'i386'],
  ['amd64', 'amd64'],
  ['arm5', 'armel'],
  ['arm6', 'armhf'],
  ['arm7', 'armhf'],
  ['arm64', 'arm64'],
  ['mipsle', 'mipsel'],
  ['mipslesoftfloat', 'mipsel'],
  ['mips64lehardfloat', 'mips64el'],
  ['ppc64le', 'ppc64el'],
  ['s390', 's390x'],
  ['all', 'all'],
])('the architecture %s is %s', (arch, debian) => {
  expect(nfpmArchitecture({ arch, debArch: '', platform: 'linux' })).toBe(debian);
});

test('deb.arch stands as it is, a platform other than linux before it', () => {
  expect(nfpmArchitecture({ arch: 'arm7', debArch: 'arm7', platform: 'linux' })).toBe('arm7');
  expect(nfpmArchitecture({ arch: 'arm64', debArch: '', platform: 'iphoneos' })).toBe('iphoneos-arm64');
});

test('an nfpm.yaml is known by its name', () => {
  for (const name of [
    'nfpm.yaml',
    'a/nfpm.yml',
    'nfpm-arm64.yaml',
    'deb.nfpm.yaml',
    '.nfpm.yaml',
    'nfpm_386.yaml',
  ])
    expect(isNfpmFile(name)).toBe(true);
  for (const name of ['mkdeb.yaml', 'nfpm.json', 'nfpm/mkdeb.yaml', 'snfpm.yaml', 'package.json'])
    expect(isNfpmFile(name)).toBe(false);
});
