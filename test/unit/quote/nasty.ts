import fc from 'fast-check';

const pieces = [
  "'",
  '"',
  '\\',
  '$',
  '$$',
  '${HOME}',
  '$HOME',
  '$(echo no)',
  '`echo no`',
  '%',
  '%%',
  '%n',
  '%i',
  ';',
  ' ; ',
  '\n',
  '\r',
  '\t',
  '\\n',
  '\\x41',
  ' ',
  '#',
  '!',
  '*',
  '~',
  '-',
  '@',
  ':',
  '+',
  '\u001b[31m',
  '\u007f',
  '\u0085',
  'é',
  '🚀',
  '<%= no %>',
  '&',
  '|',
  '>',
  '\\\n',
  '\n#',
  '\ufeff',
];

/** Strings without NUL of which most hold something that a shell or systemd gives a meaning to. */
export const nasty: fc.Arbitrary<string> = fc
  .oneof(
    fc
      .array(fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 4 })), { maxLength: 8 })
      .map((all) => all.join('')),
    fc.string({ unit: 'binary' }),
  )
  .map((value) => value.replaceAll('\0', ''));
