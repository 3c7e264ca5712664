import { BadInput } from '../bad-input.ts';
import { interruptible } from '../deb/interruption.ts';
import type { Examination, Section } from '../doctor/examination.ts';
import { examineHost, examinePackage } from '../doctor/examine.ts';
import { examinedPackage } from '../doctor/examined-package.ts';
import { machineBySsh } from '../doctor/machine-by-ssh.ts';
import { thisMachine } from '../doctor/this-machine.ts';
import { printable } from '../printable.ts';

export interface DoctorOptions {
  on?: string;
  sshConfig?: string;
  json?: boolean;
}

/**
 * `mkdeb doctor`: whether a package's handoff will do all that it promises on a host; without a package, what the host
 * can do. Exit code 0: nothing fails; 1: something does; 2 (BadInput): it could not be asked.
 */
export async function doctor(file: string | undefined, options: DoctorOptions): Promise<void> {
  const { on, sshConfig, json = false } = options;
  if (on === undefined && sshConfig !== undefined)
    throw new BadInput('--ssh-config is for --on ssh://USER@HOST; there is none');
  const pkg = file === undefined ? null : await examinedPackage(file);
  const examination = await interruptible(undefined, async (signal) => {
    const host = on === undefined ? thisMachine : await machineBySsh(on, sshConfig);
    try {
      return await (pkg === null ? examineHost(host, signal) : examinePackage(host, pkg, signal));
    } finally {
      await host.dispose();
    }
  });
  process.stdout.write(json ? `${JSON.stringify(examination)}\n` : printable(asText(examination)));
  if (examination.result === 'fail') process.exitCode = 1;
}

function asText({ host, system, sections }: Examination): string {
  const checks = sections.flatMap((section) => section.checks);
  const count = (level: string) => checks.filter(({ result }) => result === level).length;
  return [
    `${host}: ${system}\n`,
    ...sections.map(sectionText),
    `\n${sum(count('fail'), count('warn'))}\n`,
  ].join('');
}

function sectionText({ about, checks }: Section): string {
  const lines = checks.map(({ check, result, says, do: mend }) => {
    const line = `${result.padEnd(4)}  ${check.padEnd(15)} ${says}\n`;
    return mend === null ? line : `${line}${' '.repeat(22)}-> ${mend}\n`;
  });
  return `\n${about}\n${lines.join('')}`;
}

function sum(failures: number, warnings: number): string {
  const heeded = warnings === 1 ? '1 warning' : `${warnings} warnings`;
  if (failures === 0) return warnings === 0 ? 'nothing fails' : `nothing fails; ${heeded}`;
  return `${failures === 1 ? '1 check fails' : `${failures} checks fail`}; ${heeded}`;
}
