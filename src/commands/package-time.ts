import { BadInput } from '../bad-input.ts';
import { lastCommitSeconds } from '../payload/git-files.ts';

/**
 * The time of everything in the package, in seconds since 1970: SOURCE_DATE_EPOCH, else that of the app's last commit;
 * null where it is that of the newest file. Never the clock, so that the same app gives the same bytes.
 */
export async function packageTime(dir: string): Promise<number | null> {
  const given = process.env['SOURCE_DATE_EPOCH'];
  if (given === undefined || given === '') return lastCommitSeconds(dir);
  // The largest time that a tar header holds (11 octal digits).
  if (!/^\d+$/.test(given) || Number(given) > 0o77777777777) {
    throw new BadInput(`SOURCE_DATE_EPOCH is ${JSON.stringify(given)}; expected seconds since 1970`);
  }
  return Number(given);
}
