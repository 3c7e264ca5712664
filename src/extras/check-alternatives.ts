import { BadInput } from '../bad-input.ts';
import type { Alternative } from '../config/extras.ts';
import type { Entry } from '../package/package.ts';

/** Throws BadInput where an alternative is nothing that the package holds: update-alternatives(1) would refuse it. */
export function checkAlternatives(alternatives: readonly Alternative[], entries: readonly Entry[]): void {
  if (alternatives.length === 0) return;
  const paths = new Set(entries.map(({ path }) => path));
  const mistakes = alternatives.flatMap(({ place, path, dependents }) => [
    ...(paths.has(path) ? [] : [`${place}.path is ${JSON.stringify(path)}; the package holds no such file`]),
    ...dependents.flatMap((dependent, i) =>
      paths.has(dependent.path)
        ? []
        : [
            `${place}.dependents[${i}].path is ${JSON.stringify(dependent.path)}; the package holds no such file`,
          ],
    ),
  ]);
  if (mistakes.length > 0) throw new BadInput(mistakes.join('\n'));
}
