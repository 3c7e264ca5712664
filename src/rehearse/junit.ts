import { lossKinds } from '../load/load-spec.ts';
import type { Recording } from './recording.ts';
import { lossWords, type Verdict } from './verdict.ts';

/** The result as a JUnit XML report, which CI systems show: a test case for the requests, each act and each check. */
export function asJUnit(recording: Recording, verdict: Verdict): string {
  const { load, acts, checks, packages } = recording;
  const lost = lossKinds
    .filter((kind) => load.losses[kind] > 0)
    .map((kind) => `${load.losses[kind]} ${lossWords[kind]}`)
    .join(', ');
  const cases = [
    {
      name: 'no request is lost',
      ms: load.ended - load.started,
      failure: load.lost === 0 ? null : `${verdict.sentence}\n${lost}`,
    },
    ...acts.map(({ title, started, ended, failure, said }) => ({
      name: title,
      ms: ended - started,
      failure: failure === null ? null : `${failure}\n${said}`,
    })),
    ...checks.map(({ stage, started, ended, exitCode, said }) => ({
      name: `the check ${stage} the upgrade`,
      ms: ended - started,
      failure: exitCode === 0 ? null : `exit code ${exitCode}\n${said}`,
    })),
  ];
  const failures = cases.filter(({ failure }) => failure !== null).length;
  const total = cases.reduce((sum, { ms }) => sum + ms, 0);
  const suite = `rehearse ${packages.old.name} ${packages.old.version} ${packages.new.version}`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites><testsuite name="${xml(suite)}" tests="${cases.length}" failures="${failures}" time="${seconds(total)}">`,
    ...cases.map(({ name, ms, failure }) => {
      const open = `<testcase classname="${xml(packages.old.name)}" name="${xml(name)}" time="${seconds(ms)}"`;
      if (failure === null) return `${open}/>`;
      const message = failure.split('\n')[0] ?? '';
      return `${open}><failure message="${xml(message)}">${xml(failure)}</failure></testcase>`;
    }),
    '</testsuite></testsuites>',
    '',
  ].join('\n');
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}

/** Characters that XML 1.0 can't hold at all are left out. */
export function xml(text: string): string {
  return text
    .replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '')
    .replaceAll(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c] as string);
}
