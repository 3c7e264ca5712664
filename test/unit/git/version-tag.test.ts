import { describe, expect, test } from 'vitest';
import { debianVersionFromPep440 } from '../../../src/config/pep440.ts';
import { tagPrefixes, versionOfTag } from '../../../src/git/version-tag.ts';
import { run } from '../deb/scratch.ts';

test.each([
  ['v1.2.3', '1.2.3'],
  ['1.2.3', '1.2.3'],
  ['v2', '2'],
  ['2024.01', '2024.01'],
  ['v2.0.0-rc.1', '2.0.0~rc.1'],
  ['v2.0.0-rc-1+b-7', '2.0.0~rc.1+b.7'],
  ['1.0rc1', '1.0~rc1'],
  ['v1.0.dev3', '1.0~~dev3'],
  ['vip', null],
  ['1st-demo', null],
  ['release-1.2', null],
  ['hello-v1.2.3', null],
  ['v1.2.3_4', null],
])('the tag %s is the version %s', (tag, version) => {
  expect(versionOfTag(tag, tagPrefixes('hello', '').plain)).toBe(version);
});

test.each(['hello-v1.2.3', 'hello-1.2.3', 'hello/v1.2.3', 'hello@1.2.3', 'cmd/hi/v1.2.3', 'cmd/hi/1.2.3'])(
  'the tag %s is the package’s own',
  (tag) => {
    expect(versionOfTag(tag, tagPrefixes('hello', 'cmd/hi').own)).toBe('1.2.3');
  },
);

test('another package’s tag is not', () => {
  expect(versionOfTag('hello-web-v1.2.3', tagPrefixes('hello', '').own)).toBeNull();
  expect(versionOfTag('cmd/v1.2.3', tagPrefixes('hello', 'cmd/hi').own)).toBeNull();
});

describe('versions of PEP 440', () => {
  test.each([
    ['1.0', '1.0'],
    ['1!2.0', '1:2.0'],
    ['1.0a1', '1.0~a1'],
    ['1.0-alpha.2', '1.0~a2'],
    ['1.0beta', '1.0~b0'],
    ['1.0c1', '1.0~rc1'],
    ['V1.0RC1', '1.0~rc1'],
    ['1.0.post1', '1.0+post1'],
    ['1.0-1', '1.0+post1'],
    ['1.0.dev3', '1.0~~dev3'],
    ['1.0a1.dev3', '1.0~a1~dev3'],
    ['1.0+ubuntu-1', '1.0+ubuntu.1'],
    ['1.0-final', null],
    ['one', null],
  ])('%s is %s', (python, debian) => {
    expect(debianVersionFromPep440(python)).toBe(debian);
  });

  test('dpkg sorts them as PEP 440 does', () => {
    const sorted = [
      ...[
        '1.0.dev1',
        '1.0.dev2',
        '1.0a1.dev1',
        '1.0a1',
        '1.0a2',
        '1.0b1',
        '1.0rc1.dev1',
        '1.0rc1',
        '1.0rc10',
        '1.0',
      ],
      ...['1.0+abc.5', '1.0.post1.dev1', '1.0.post1', '1.0.post2', '1.0.1.dev1', '1.0.1', '1!0.5'],
    ].map((version) => debianVersionFromPep440(version) ?? '');
    for (const [i, version] of sorted.slice(1).entries())
      run('dpkg', '--compare-versions', sorted[i] ?? '', 'lt', version);
  });
});
