import type { Command } from 'commander';
import { BadInput } from '../bad-input.ts';
import { renderCompletion } from '../completion/render-completion.ts';
import { shells } from '../completion/shells.ts';
import { proposal } from '../config/did-you-mean.ts';

/** `mkdeb completion`: what makes a shell complete the words of `program`'s command lines. */
export function completion(shell: string, program: Command): void {
  const known = shells.find((one) => one === shell);
  if (known === undefined)
    throw new BadInput(`the shell is ${JSON.stringify(shell)}; ${proposal(shell, shells)}`);
  process.stdout.write(renderCompletion(known, program));
}
