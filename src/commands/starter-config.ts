import { stringify } from 'yaml';
import { likelyCommand } from './likely-command.ts';
import type { AppLook } from './look-at-app.ts';

/** The text of a mkdeb.yaml for what was seen: what mkdeb needs is set, what it can do stands in comments. */
export function starterConfig(app: AppLook): string {
  return `${[...packagePart(app), '', ...servicePart(app), ''].join('\n')}`;
}

const synopses: Readonly<Record<string, string>> = {
  go: 'network service written in Go',
  rust: 'network service written in Rust',
  python: 'network service written in Python',
};

function packagePart(app: AppLook): string[] {
  const { manifest, name, language, maintainer, isTagged } = app;
  const lines: string[] = [];
  const set = (key: string, value: string, comment: string) =>
    lines.push(`${key}: ${scalar(value)} # ${comment}`);
  const from = (key: string, value: string) =>
    lines.push(`# ${key}: ${scalar(value)} (from ${manifest?.file})`);

  const ownName = manifest?.name().value;
  if (ownName !== undefined) from('name', ownName);
  else set('name', name ?? 'my-app', 'the package, and the service on the host');
  const ownVersion = manifest?.version().value;
  if (ownVersion !== undefined) from('version', ownVersion);
  else if (isTagged) set('version', 'git', 'the last tag’s, and how far the commit is from it');
  else set('version', '0.1.0', 'a Debian version; "mkdeb build --version" sets another one');
  const ownMaintainer = manifest?.maintainer().value;
  if (ownMaintainer !== undefined) from('maintainer', ownMaintainer);
  else if (maintainer !== null) set('maintainer', maintainer, 'from git');
  else set('maintainer', 'Ada Lovelace <ada@example.org>', 'whom to ask about the package: change this');
  if (manifest?.description() != null) lines.push(`# description: … (from ${manifest.file})`);
  else
    set(
      'description',
      synopses[language ?? ''] ?? 'network service',
      'what the app does, in a line; further lines may follow',
    );
  if (isTagged) lines.push('# changelog: git # an entry for each tag');
  lines.push(
    '# license: MIT',
    '# homepage: https://example.org',
    '# depends: ["ca-certificates"]',
    '# ignore: ["/docs", "!/dist"] # as in .gitignore; "!" brings back what git ignores',
  );
  return lines;
}

function servicePart(app: AppLook): string[] {
  const { node, port, health, listens } = app;
  const lines = ['service:'];
  const command = node?.command().value;
  if (command !== undefined) lines.push(`  # exec: ${scalar(command.words.join(' '))} (from package.json)`);
  else
    lines.push(
      `  exec: ${scalar(likelyCommand(app))} # "./x" is a file of the app, a bare name is looked up on PATH`,
    );
  lines.push(`  port: ${port ?? 8080} # ${port === null ? 'a guess: change this' : 'as the source has it'}`);
  if (listens === 'self') {
    lines.push('  listen: self # the app binds with SO_REUSEPORT itself');
  } else if (node === null) {
    const advice =
      listens === 'fd'
        ? 'as the source does'
        : app.language === 'go'
          ? 'the app has to: net.FileListener(os.NewFile(3, "http"))'
          : 'the app has to (docs/handoffs.md)';
    lines.push(`  listen: fd # the app takes its listening socket from fd 3: ${advice}`);
  }
  lines.push(
    health === null
      ? '  # health: /healthz # asked before the new version gets any client; without it, that it listens is enough'
      : `  health: ${scalar(health)} # asked before the new version gets any client`,
    '  # drain: 60s # how long requests may run on in the old version',
    '  # environment: {NODE_ENV: production}',
    '  # unit: {Service: {MemoryMax: 512M}} # any further systemd setting',
  );
  return lines;
}

/** One YAML scalar on one line, quoted where it has to be. */
function scalar(value: string): string {
  return stringify(value, { lineWidth: 0, defaultStringType: 'PLAIN' }).trimEnd();
}
