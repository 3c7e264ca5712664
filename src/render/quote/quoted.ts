import { BadInput } from '../../bad-input.ts';

/** Text that was quoted for the place where it lands; a template writes it as it is. */
export class Quoted {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What no text file on the host can hold: NUL, and a lone surrogate, which UTF-8 cannot express. */
export function refuseUnwritable(value: string): void {
  if (value.includes('\0')) throw new BadInput(`${shown(value)} holds a NUL character; remove it`);
  if (/\p{Surrogate}/u.test(value)) {
    throw new BadInput(`${shown(value)} holds half a surrogate pair, which is no Unicode text; remove it`);
  }
}

/** Whether text holds a C0 control character or DEL, line ends among them. */
export function holdsControl(value: string): boolean {
  return /[\u0000-\u001f\u007f]/.test(value);
}

/** A value as an error message shows it: quoted, control characters escaped, cut at 60 characters. */
export function shown(value: string): string {
  const cut = value.length > 60 ? `${value.slice(0, 60)}…` : value;
  return JSON.stringify(cut);
}
