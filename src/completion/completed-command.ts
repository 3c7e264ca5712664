import type { Argument, Command, Option } from 'commander';
import { architectureNames } from '../config/architecture.ts';
import { compressions } from '../deb/compression.ts';
import { signatureTypes } from '../deb/signature-member.ts';
import { shells } from './shells.ts';

/** What can stand in a place of a command line; `text`: whatever the user makes up. */
export type Offer =
  | { kind: 'words'; words: readonly string[] }
  | { kind: 'packages' | 'files' | 'directories' | 'programs' | 'text' };

export interface CompletedOption {
  /** As they are typed: `-o`, `--output`. */
  flags: readonly string[];
  says: string;
  /** Of its value; null: it takes none. */
  value: { name: string; required: boolean; offer: Offer } | null;
}

export interface CompletedCommand {
  name: string;
  says: string;
  options: readonly CompletedOption[];
  /** Of each of its arguments, in their order; the last one's may come more often. */
  arguments: readonly { name: string; offer: Offer; variadic: boolean }[];
}

const packages: Offer = { kind: 'packages' };
const files: Offer = { kind: 'files' };
const directories: Offer = { kind: 'directories' };
const text: Offer = { kind: 'text' };
const words = (...list: readonly string[]): Offer => ({ kind: 'words', words: list });

/** By the name that a value or an argument has in the help. */
const offers: Readonly<Record<string, Offer>> = {
  APP: directories,
  ARCH: words(...architectureNames),
  COMMAND: text,
  DIR: directories,
  FILE: files,
  KEY: text,
  METHOD: words(...compressions),
  N: text,
  NAME: text,
  NEW: packages,
  'NEW-BAD': packages,
  OLD: packages,
  OUT: directories,
  PATH: text,
  PLACE: words('nspawn', 'ssh://'),
  PROGRAM: { kind: 'programs' },
  REGEX: text,
  RELEASE: words('12', '13'),
  SHELL: words(...shells),
  TAG: text,
  TEXT: text,
  TIME: text,
  TYPE: words(...signatureTypes),
  URL: text,
  VERSION: text,
  WAY: words('restart'),
};

/** Where the name alone does not tell. */
const offersOf: Readonly<Record<string, Offer>> = {
  'build --output': files,
  'doctor --on': words('ssh://'),
  'doctor FILE': packages,
  'inspect FILE': packages,
  'lint FILE': packages,
  'sign FILE': packages,
};

/** Every command of a program, as its help shows them, and what completes its words. */
export function completedCommands(program: Command): CompletedCommand[] {
  const help = program.createHelp();
  const commands = help.visibleCommands(program);
  const names = commands.map((command) => command.name());
  return commands.map((command) => ({
    name: command.name(),
    says: command.description(),
    options: help.visibleOptions(command).map((option) => completedOption(command, option)),
    arguments: command.registeredArguments.map((argument) => ({
      name: argument.name(),
      offer: command.name() === 'help' ? words(...names) : offerOf(command, argument.name(), argument.name()),
      variadic: argument.variadic,
    })),
  }));
}

/** The options that stand before any command. */
export function programOptions(program: Command): CompletedOption[] {
  return program
    .createHelp()
    .visibleOptions(program)
    .map((option) => completedOption(program, option));
}

function completedOption(command: Command, option: Option): CompletedOption {
  const flags = [option.short, option.long].filter((flag) => flag != null);
  const says = option.description;
  const name = valueName(option);
  if (name === null) return { flags, says, value: null };
  const offer = offerOf(command, option.long ?? '', name);
  return { flags, says, value: { name, required: option.required, offer } };
}

/** `FILE` of `-c, --config <FILE>`; null: it takes no value. */
export function valueName({ flags }: Option): string | null {
  return /[<[](.+?)(?:\.\.\.)?[>\]]$/.exec(flags)?.[1] ?? null;
}

/** The name of an argument as the usage shows it. */
export function argumentUsage(argument: Argument): string {
  const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
  return argument.required ? name : `[${name}]`;
}

function offerOf(command: Command, what: string, name: string): Offer {
  const offer = offersOf[`${command.name()} ${what}`] ?? offers[name];
  if (offer === undefined)
    throw new Error(`nothing is known of what completes ${command.name()} ${what} ${name}`);
  return offer;
}
