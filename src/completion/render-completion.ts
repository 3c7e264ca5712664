import type { Command } from 'commander';
import { renderTemplate } from '../render/template.ts';
import { type CompletedOption, completedCommands, programOptions } from './completed-command.ts';
import type { Shell } from './shells.ts';
import { zshArgument, zshOption } from './zsh-specification.ts';

/** What makes a shell complete mkdeb's command lines: a file of its own, or `source <(mkdeb completion bash)`. */
export function renderCompletion(shell: Shell, program: Command): string {
  const data = { commands: completedCommands(program), options: programOptions(program) };
  switch (shell) {
    case 'bash':
      return renderTemplate('completion/mkdeb.bash', { ...data, flags }, 'shell');
    case 'zsh':
      return renderTemplate('completion/_mkdeb', { ...data, zshOption, zshArgument }, 'shell');
    case 'fish':
      return renderTemplate('completion/mkdeb.fish', data, 'fish');
  }
}

function flags(options: readonly CompletedOption[]): string[] {
  return options.flatMap((option) => option.flags);
}
