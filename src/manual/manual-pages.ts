import type { Command, Option } from 'commander';
import { argumentUsage, valueName } from '../completion/completed-command.ts';
import { jsonSchema } from '../config/schema.ts';
import { Quoted } from '../render/quote/quoted.ts';
import { renderTemplate } from '../render/template.ts';
import { describedKeys } from './described-keys.ts';

export interface ManualPage {
  /** `mkdeb.1` */
  file: string;
  text: string;
}

/** mkdeb(1), made of its commands and options, and mkdeb.yaml(5), made of the JSON schema; `epochSeconds` is their date. */
export function manualPages(program: Command, epochSeconds: number): ManualPage[] {
  // man(7) has its hyphens as they are.
  const date = new Quoted(new Date(epochSeconds * 1_000).toISOString().slice(0, 10));
  const page = (file: string, data: object): ManualPage => ({
    file,
    text: renderTemplate(`man/${file}`, { date, version: program.version() ?? '', ...data }, 'manual'),
  });
  return [
    page('mkdeb.1', describedProgram(program)),
    page('mkdeb.yaml.5', { keys: describedKeys(jsonSchema()) }),
  ];
}

/** The commands as their help has them. */
function describedProgram(program: Command): object {
  const help = program.createHelp();
  const describedOption = (option: Option) => {
    const name = valueName(option);
    return {
      flags: [option.short, option.long].filter((flag) => flag != null),
      value: name === null ? null : { name, required: option.required },
      says: help.optionDescription(option),
    };
  };
  const commands = help.visibleCommands(program).map((command) => ({
    name: command.name(),
    says: command.description(),
    usage: ['[OPTIONS]', ...command.registeredArguments.map(argumentUsage)].join(' '),
    arguments: command.registeredArguments
      .filter(({ description }) => description !== '')
      .map((argument) => ({ usage: argumentUsage(argument), says: help.argumentDescription(argument) })),
    options: help
      .visibleOptions(command)
      .filter(({ long }) => long !== '--help')
      .map(describedOption),
  }));
  return { commands, options: help.visibleOptions(program).map(describedOption) };
}
