/** Quoting for unit files, as systemd reads them: systemd.syntax(7), systemd.service(5) "Command lines", systemd.exec(5). */
import { BadInput } from '../../bad-input.ts';
import { holdsControl, refuseUnwritable, shown } from './quoted.ts';

const plainWord = /^[A-Za-z0-9_/.,:=@+-]+$/;

const escapes: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '"': '\\"',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

/** A double-quoted item with C escapes and without specifiers, as every list setting and command line takes it. */
function quotedItem(value: string): string {
  const escaped = value.replace(/[\\"\u0000-\u001f\u007f]/g, (c) => {
    return escapes[c] ?? `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
  return `"${escaped.replaceAll('%', '%%')}"`;
}

/**
 * One argument of an Exec line, after the program: systemd passes exactly `value`, no specifier and no variable
 * expanded. Throws BadInput for NUL and for what is not a character of Unicode.
 */
export function unitWord(value: string): string {
  refuseUnreadable(value);
  if (plainWord.test(value)) return value;
  return quotedItem(value.replaceAll('$', '$$$$'));
}

/**
 * The program, first word of an Exec line: an absolute path or a bare name. systemd refuses quotes, backslashes and
 * control characters in it however they are written, takes `-@:+!|` in front for its own, and replaces variables in
 * argv[0] but not in the path: all of these throw BadInput.
 */
export function unitProgram(path: string): string {
  refuseUnreadable(path);
  const wrong = holdsControl(path)
    ? 'a control character'
    : path.match(/["'\\$]/)?.[0] || path.match(/^[-@:+!|;]/)?.[0];
  if (wrong !== undefined) {
    throw new BadInput(
      `systemd cannot run ${shown(path)}: a program's path must not hold ${wrong}; rename it`,
    );
  }
  if (path === '' || path.endsWith('/') || (path.includes('/') && !path.startsWith('/'))) {
    throw new BadInput(`systemd cannot run ${shown(path)}: expected an absolute path or a bare name`);
  }
  return plainWord.test(path) ? path : quotedItem(path);
}

/**
 * The value of a plain setting (`Description=`, `WorkingDirectory=` …), specifiers doubled away. Such a setting knows no
 * escapes, so what cannot be written in it throws BadInput: control characters, white space at either end, a
 * backslash at the end (it would continue the line).
 */
export function unitValue(value: string): string {
  refuseUnholdable(value);
  return value.replaceAll('%', '%%');
}

/**
 * One assignment for `Environment=`: the process sees exactly `value`. Throws BadInput for a name that systemd would
 * drop, and for control characters other than tab and newline, which it drops the whole assignment for.
 */
export function unitEnvironment(name: string, value: string): string {
  refuseUnreadable(value);
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    throw new BadInput(
      `${shown(name)} is no name for an environment variable: expected letters, digits and _`,
    );
  }
  if (holdsControl(value.replace(/[\t\n]/g, ''))) {
    throw new BadInput(`the environment variable ${name} holds a control character, which systemd refuses`);
  }
  return quotedItem(`${name}=${value}`);
}

/**
 * A setting that the user wrote for systemd to read (`service.unit` in the configuration), specifiers and all, as
 * `Key=value`. Throws BadInput for what would not stay one line, or is no key.
 */
export function unitVerbatim(key: string, value: string): string {
  if (!/^[A-Z][A-Za-z0-9]*$/.test(key) && !/^X-[A-Za-z0-9-]+$/.test(key)) {
    throw new BadInput(`${shown(key)} is no unit setting: expected a name such as LimitNOFILE`);
  }
  refuseUnholdable(value);
  return `${key}=${value}`;
}

function refuseUnholdable(value: string): void {
  refuseUnreadable(value);
  if (holdsControl(value)) {
    throw new BadInput(
      `a unit setting cannot hold ${shown(value)}: it must be one line without control characters`,
    );
  }
  if (value !== value.trim()) {
    throw new BadInput(`a unit setting cannot hold ${shown(value)}: remove the white space around it`);
  }
  if (value.endsWith('\\')) {
    throw new BadInput(`a unit setting cannot end in a backslash: ${shown(value)}`);
  }
}

/** systemd takes a line with one of Unicode's noncharacters (U+FFFE, U+FDD0 …) for invalid UTF-8, and drops it. */
function refuseUnreadable(value: string): void {
  refuseUnwritable(value);
  if (/\p{Noncharacter_Code_Point}/u.test(value)) {
    throw new BadInput(
      `${shown(value)} holds a noncharacter of Unicode, which systemd does not read; remove it`,
    );
  }
}
