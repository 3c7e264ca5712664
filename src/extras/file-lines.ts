import type { InstalledKind } from '../config/extras.ts';

/** What is wrong with a line of a file, and in which line, counted from 1. */
export interface WrongLine {
  line: number;
  message: string;
}

/**
 * What the programs on the host would not read of a file of this kind: crontab(5) with a user as cron.d has it,
 * tmpfiles.d(5), sysusers.d(5), sysctl.d(5). Only their form; of other kinds nothing.
 */
export function wrongLines(kind: InstalledKind, text: string): WrongLine[] {
  const check = checks[kind];
  if (check === undefined) return [];
  const lines = text.split('\n');
  const wrong = lines.flatMap((line, i) => {
    const message =
      /^\s*(?:#|$)/.test(line) || (kind === 'sysctl' && /^\s*;/.test(line)) ? null : check(line.trim());
    return message === null ? [] : [{ line: i + 1, message }];
  });
  // cron passes over a crontab whose last line does not end.
  if (kind === 'crontab' && lines.at(-1) !== '')
    wrong.push({ line: lines.length, message: 'a crontab’s last line needs a line end (crontab(5))' });
  return wrong;
}

const checks: Partial<Record<InstalledKind, (line: string) => string | null>> = {
  crontab: crontabLine,
  tmpfiles: (line) =>
    /^[a-zA-Z][!+\-=~^$]*\s+["']?[/%]\S*/.test(line)
      ? null
      : 'expected a type and a path such as "d /run/shop 0755 shop shop" (tmpfiles.d(5))',
  sysusers: (line) =>
    /^[ugmr]!?\s+\S+/.test(line)
      ? null
      : 'expected a type and a name such as "u shop - "Sells things"" (sysusers.d(5))',
  sysctl: (line) =>
    /^-?[a-z0-9_*?[\]./-]+\s*=/i.test(line) || /^-[a-z0-9_*?[\]./-]+$/i.test(line)
      ? null
      : 'expected a setting such as "vm.swappiness = 10" (sysctl.d(5))',
};

function crontabLine(line: string): string | null {
  if (/^(?:[A-Za-z_][A-Za-z0-9_]*|"[^"]*"|'[^']*')\s*=/.test(line)) return null;
  const fields =
    /^(?:@(?:reboot|yearly|annually|monthly|weekly|daily|midnight|hourly)|(?:[0-9A-Za-z*,/~-]+\s+){4}[0-9A-Za-z*,/~-]+)\s+(\S+)(?:\s+(\S.*))?$/.exec(
      line,
    );
  if (fields === null) return 'expected five times, a user and a command such as "5 4 * * * shop clean-up"';
  const [, user = '', command] = fields;
  if (command === undefined || !/^[a-z_][a-z0-9_-]*\$?$/.test(user))
    return 'in cron.d a user stands before the command: "5 4 * * * shop clean-up"';
  return null;
}
