/** What login(1) gives root on Debian, and nothing of this process's own environment. */
const loginEnvironment: Readonly<Record<string, string>> = {
  HOME: '/root',
  LANG: 'C.UTF-8',
  LOGNAME: 'root',
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  SHELL: '/bin/sh',
  USER: 'root',
};

/** The argv that runs `argv` in root's home with a login's environment and `env`, whatever environment it is run in. */
export function asAtLogin(argv: readonly string[], env: Readonly<Record<string, string>> = {}): string[] {
  const assignments = Object.entries({ ...loginEnvironment, ...env }).map(
    ([key, value]) => `${key}=${value}`,
  );
  return ['env', '--ignore-environment', '--chdir=/root', ...assignments, ...argv];
}
