#!/usr/bin/env node
import { CommanderError } from 'commander';
import { BadInput } from './bad-input.ts';
import { asksForJson, errorAsJson } from './error-as-json.ts';
import { printable } from './printable.ts';
import { program } from './program.ts';

/** Tells an error, to a program too where one asks, and returns the exit code: 1 for a failure, 2 for bad input. */
function report(error: unknown): number {
  if (error instanceof CommanderError && error.exitCode === 0) return 0;
  const exitCode = error instanceof CommanderError || error instanceof BadInput ? 2 : 1;
  // commander has told its own already.
  if (!(error instanceof CommanderError)) process.stderr.write(`${told(error)}\n`);
  if (asksForJson(process.argv.slice(2))) process.stdout.write(errorAsJson(error, exitCode));
  return exitCode;
}

function told(error: unknown): string {
  // Of names and texts in it that may be anybody's, the terminal gets no control sequence.
  if (error instanceof BadInput) return printable(error.message);
  if (!(error instanceof Error)) return `mkdeb: ${error}`;
  const isFromSystem = typeof (error as NodeJS.ErrnoException).code === 'string';
  return `mkdeb: ${isFromSystem ? error.message : (error.stack ?? error.message)}`;
}

// `mkdeb inspect x.deb | head` closes the pipe early: there is nobody left to tell.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') process.stderr.write(`mkdeb: ${error.message}\n`);
  process.exit(error.code === 'EPIPE' ? 0 : 1);
});

try {
  await program().parseAsync();
} catch (error) {
  process.exitCode = report(error);
}
