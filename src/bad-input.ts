/** What a user gave is wrong: told without a stack trace, exit code 2. */
export class BadInput extends Error {
  override name = 'BadInput';
}
