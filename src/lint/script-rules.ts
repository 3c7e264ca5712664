import type { LintFinding, LintLevel } from './finding.ts';
import type { LintedPackage } from './linted-package.ts';
import { commandLines } from './script-commands.ts';

/** What is wrong with the maintainer scripts (Policy 6, 10.4). */
export function scriptFindings({ scripts, deb }: LintedPackage): LintFinding[] {
  const modes = new Map(deb.controlEntries.map(({ path, mode }) => [path.slice(1), mode]));
  return scripts.flatMap(([name, text]) => [
    ...shapeFindings(name, text, modes.get(name) ?? 0),
    ...(isShell(text) ? shellFindings(name, text) : []),
  ]);
}

const interpreter = /^#!\s*(\/\S+)([^\n]*)/;

function isShell(text: string): boolean {
  return /\/(?:env\s+)?(?:sh|dash|bash)\b/.test(interpreter.exec(text)?.[0] ?? '');
}

function shapeFindings(name: string, text: string, mode: number): LintFinding[] {
  const findings: LintFinding[] = [];
  if ((mode & 0o111) === 0) {
    findings.push({
      level: 'error',
      rule: 'control-file-has-bad-permissions',
      where: [name],
      says: `${name} is not executable, and dpkg can’t run it`,
      source: 'Policy 6.1',
      mend: 'chmod 755',
    });
  }
  if (!text.startsWith('\x7fELF') && !interpreter.test(text)) {
    findings.push({
      level: 'error',
      rule: 'script-without-interpreter',
      where: [name],
      says: `${name} does not begin with "#!" and a program’s path`,
      source: 'Policy 6.1, 10.4',
      mend: 'begin it with "#!/bin/sh"',
    });
  }
  return findings;
}

/** Linux reads no more of that line, in bytes (execve(2)). */
const longestInterpreter = 255;

interface Command {
  rule: string;
  level: LintLevel;
  /** At a command's place in a line. */
  calls: RegExp;
  says: string;
  source: string;
  mend: string;
}

/** Where a shell expects a command: at a line's beginning, after an operator or a keyword. */
const place = String.raw`(?:^|[;&|({!]|\b(?:then|do|else|if|while|until|exec|eval)\s)\s*(?:[A-Z_]+=\S*\s+)*`;
const at = (command: string) => new RegExp(`${place}(?:/(?:usr/)?s?bin/)?${command}`);

const commands: readonly Command[] = [
  {
    rule: 'maintainer-script-calls-systemctl',
    level: 'warning',
    calls: at(
      String.raw`systemctl\b(?:\s+-\S+)*\s+(?:start|stop|restart|try-restart|reload|reload-or-restart|try-reload-or-restart|enable|disable|reenable|mask|unmask|preset|isolate|kill)\b`,
    ),
    says: 'calls systemctl itself: it fails where no systemd runs, and goes over policy-rc.d and the administrator’s choices',
    source: 'Policy 9.3.3',
    mend: 'call deb-systemd-invoke to start and stop, deb-systemd-helper to enable (package init-system-helpers)',
  },
  {
    rule: 'maintainer-script-calls-service',
    level: 'error',
    calls: at(String.raw`(?:service\s+\S+\s+(?:start|stop|restart|reload)\b)|${place}/etc/init\.d/\S+`),
    says: 'calls a service’s init script itself, past policy-rc.d',
    source: 'Policy 9.3.3.2',
    mend: 'call invoke-rc.d or deb-systemd-invoke',
  },
  {
    rule: 'maintainer-script-calls-apt',
    level: 'error',
    calls: at(
      String.raw`(?:(?:apt|apt-get|aptitude)\s+(?:-\S+\s+)*(?:install|remove|purge|update|upgrade|dist-upgrade|full-upgrade)\b|dpkg\s+(?:-i|-r|-P|--install|--remove|--purge|--unpack|--configure)\b)`,
    ),
    says: 'calls apt or dpkg, whose lock the apt that runs it holds',
    source: 'Policy 6.3, dpkg(1)',
    mend: 'say what is needed in Depends',
  },
];

function shellFindings(name: string, text: string): LintFinding[] {
  const lines = commandLines(text);
  const findings = commands.flatMap(({ calls, rule, level, says, source, mend }): LintFinding[] => {
    const found = lines.filter(({ command }) => calls.test(command));
    if (found.length === 0) return [];
    const where = found.map(({ line }) => `${name}:${line}`);
    return [{ level, rule, where, says: `${name} ${says}`, source, mend }];
  });
  const stops =
    /^#!\s*\S+[^\n]*\s-[a-z]*e/.test(text.slice(0, longestInterpreter)) ||
    lines.some(({ command }) => /(?:^|;)\s*set\s+(?:-\S*e|-o\s+errexit|-[a-z]+\s+-\S*e)/.test(command));
  if (!stops) {
    findings.push({
      level: 'warning',
      rule: 'maintainer-script-ignores-errors',
      where: [name],
      says: `${name} goes on after a command that fails, and dpkg takes the package for configured`,
      source: 'Policy 10.4',
      mend: 'begin it with "set -e"',
    });
  }
  return findings;
}
