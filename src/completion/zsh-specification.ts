/** Specifications of zsh's _arguments (zshcompsys(1)). What they call is in templates/completion/_mkdeb. */
import type { CompletedCommand, CompletedOption, Offer } from './completed-command.ts';

/** One option: a specification for each of its flags, which exclude one another. */
export function zshOption({ flags, says, value }: CompletedOption): string[] {
  const excluded = flags.length > 1 ? `(${flags.join(' ')})` : '';
  return flags.map((flag) => {
    if (value === null) return `${excluded}${flag}[${escaped(says)}]`;
    // `--output=x` as well as `--output x`; `-ox` as well as `-o x`.
    const takes = flag.startsWith('--') ? '=' : '+';
    const optional = value.required ? '' : ':';
    return `${excluded}${flag}${takes}[${escaped(says)}]${optional}:${value.name}:${action(value.offer)}`;
  });
}

/** The argument at a place, the first one being 1. */
export function zshArgument(
  { name, offer, variadic }: CompletedCommand['arguments'][number],
  place: number,
): string {
  return `${variadic ? '*' : `${place}:`}:${name}:${action(offer)}`;
}

function action(offer: Offer): string {
  if (offer.kind === 'words') return `(${offer.words.map(escaped).join(' ')})`;
  // A space: nothing is offered, the value's name is shown.
  return offer.kind === 'text' ? ' ' : `_mkdeb_${offer.kind}`;
}

function escaped(text: string): string {
  return text.replace(/[\\[\]:]/g, '\\$&');
}
