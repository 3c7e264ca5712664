import { BadInput } from '../bad-input.ts';
import { printable } from '../printable.ts';
import { runtimeFiles } from '../render/service-files.ts';
import { readTemplate } from '../render/template.ts';
import type { AskedHost } from './asked-host.ts';
import { asArchive, type CarriedFile } from './carried-files.ts';
import { type Examination, findings, type Section, worst } from './examination.ts';
import type { ExaminedPackage } from './examined-package.ts';

/** In s: mostly it is a second or two; a busy host may need many. Ended there, so that it tidies up. */
const limit = 300;
const limited = ['timeout', '--kill-after=20', String(limit)];

/** Whether the package's handoff will do all that it promises on the host. */
export async function examinePackage(
  host: AskedHost,
  { name, version, files, compression, sizeKiB, entries }: ExaminedPackage,
  signal: AbortSignal,
): Promise<Examination> {
  const args = ['package', name, compression, String(sizeKiB), String(entries)];
  return examined(host, args, files, signal, { package: `${name} ${version}` });
}

/** What the host can do for each handoff, and what the doctors of the packages there say. */
export async function examineHost(host: AskedHost, signal: AbortSignal): Promise<Examination> {
  // Under a name that is no package's: its doctor looks at nothing that is installed.
  const files = runtimeFiles().map(({ name, text }) => ({ path: `usr/lib/app/handoff/${name}`, text }));
  return examined(host, ['host'], files, signal, { host: 'every handoff' });
}

async function examined(
  host: AskedHost,
  args: readonly string[],
  files: readonly CarriedFile[],
  signal: AbortSignal,
  called: Readonly<Record<string, string>>,
): Promise<Examination> {
  const { exitCode, stdout, stderr } = await host.run(
    [...limited, 'sh', '-c', readTemplate('doctor/examine.sh'), 'examine.sh', ...args],
    { input: await asArchive(files), signal },
  );
  if (exitCode === 124) throw new BadInput(`${host.called}: not done within ${limit} s`);
  if (exitCode !== 0)
    throw new BadInput(
      `${host.called} could not be examined: ${printable(stderr.trim()) || `exit code ${exitCode}`}`,
    );
  const lines = stdout.trimEnd().split('\n');
  const [system, ...rest] = lines.map((line) => line.split('\t', 2) as [string, string | undefined]);
  const sections = rest.map(([subject, json = '']) => section(host, called[subject] ?? subject, json));
  return {
    host: host.called,
    system: system?.[1] ?? '',
    result: worst(sections.map(({ result }) => result)),
    sections,
  };
}

function section(host: AskedHost, subject: string, json: string): Section {
  const silent = /^silent (.*)$/.exec(subject);
  if (silent !== null) return silentSection(silent[1] as string);
  try {
    const { result, checks } = findings.parse(JSON.parse(json));
    return { about: subject, result, checks };
  } catch {
    throw new BadInput(
      `${host.called}: the findings on ${subject} can’t be read: ${JSON.stringify(json.slice(0, 200))}`,
    );
  }
}

function silentSection(name: string): Section {
  const says = 'its doctor does not answer: it was built by an older mkdeb, or wants root';
  const mend = `${name}-handoff doctor, as root; build it again`;
  return {
    about: `installed ${name}`,
    result: 'warn',
    checks: [{ check: 'doctor', result: 'warn', says, do: mend }],
  };
}
