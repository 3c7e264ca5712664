import * as z from 'zod';
import { command } from './command-schema.ts';
import { positiveDuration } from './duration-schema.ts';
import { userName } from './package-name.ts';
import { map, text } from './schema-parts.ts';

/** A system user's name. */
export const systemUser = text('expected a user’s name').regex(userName, {
  error: 'expected a system user’s name: at most 31 lower-case letters, digits, - and _, a letter or _ first',
});

const expectedHook =
  'expected a command such as "./migrate", or a map such as {run: ./migrate, within: 5m, user: root}';

const hook = (meaning: string) =>
  z
    .union(
      [
        ...command.options,
        map(
          {
            run: command.meta({
              description: 'The command, as service.exec; "./x" is a file of the release.',
            }),
            within: positiveDuration(
              'How long it may take; 5m for prepare, 1m for the others, unless given.',
            ).optional(),
            user: systemUser.optional().meta({ description: 'Who runs it; service.user unless given.' }),
          },
          expectedHook,
        ),
      ],
      { error: expectedHook },
    )
    .optional()
    .meta({ description: meaning });

/** `service.hooks`. */
export const hooks = map(
  {
    prepare: hook(
      'Before a release starts for the first time: migrations. Where it fails, the old version goes on serving.',
    ),
    ready: hook(
      'When the new version is healthy, before any client reaches it: warm-up. Where it fails, the old version goes on serving.',
    ),
    commit: hook('When the new version serves and is what boots. That it fails is only said.'),
  },
  'expected a map such as {prepare: ./migrate}',
);
