import ignore from 'ignore';

/** What never belongs to an app; `!pattern` in `ignore` brings any of it back, .git itself aside. */
const usual = [
  '/mkdeb.yaml',
  '.git*',
  '*.deb',
  '/node_modules/.cache',
  '/node_modules/.vite',
  '/node_modules/.package-lock.json',
  // What npm packages carry from their own development, by mistake.
  '/node_modules/**/.eslintrc*',
];

/** The app's `ignore` list, in the language of gitignore(5), after mkdeb's own. */
export interface IgnoreRules {
  /** Paths are relative to the app's directory; a directory's ends in a slash. */
  leavesOut(path: string): boolean;
  /** Whether it is the app's own list that leaves it out. */
  isListed(path: string): boolean;
  /** Whether a `!pattern` asks for it, though git ignores it. */
  bringsBack(path: string): boolean;
  /** Whether there is any such pattern. */
  bringsBackAny: boolean;
}

export function ignoreRules(patterns: readonly string[]): IgnoreRules {
  const own = ignore().add(patterns);
  const all = ignore().add(usual).add(patterns).add(['.git', '.git/']);
  return {
    leavesOut: (path) => all.ignores(path),
    isListed: (path) => patterns.length > 0 && own.ignores(path),
    bringsBack: (path) => withParents(path).some((one) => own.test(one).unignored),
    bringsBackAny: patterns.some((pattern) => pattern.startsWith('!')),
  };
}

/** `a/b/c` is brought back by `!a/` too. */
function withParents(path: string): string[] {
  const folders = path.split('/').slice(0, -1);
  return [path, ...folders.map((_, i) => `${folders.slice(0, i + 1).join('/')}/`)];
}
