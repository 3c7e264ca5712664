import { expectedDuration, parseDuration } from './duration.ts';
import { text } from './schema-parts.ts';

/** `meaning` is what editors show. */
export const duration = (meaning: string) =>
  text(expectedDuration)
    .regex(/^\d{1,9}(ms|s|m|h)$/, { error: expectedDuration })
    .refine((value) => parseDuration(value) !== null, { error: expectedDuration })
    .meta({ description: meaning });

/** A duration that has to pass: `0s` would mean never, or at once. */
export const positiveDuration = (meaning: string) =>
  duration(meaning).refine((value) => parseDuration(value) !== 0, {
    error: 'expected a duration longer than 0',
  });
