import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { installedPath } from './installation.ts';

const signHelp =
  'sign with this key of gpg’s (default: its own default), or of an exported secret key’s file';
const passphraseHelp = 'the key’s passphrase, a file’s first line (default: $MKDEB_PASSPHRASE, or gpg asks)';

/**
 * The commands' names and options; the man page and the completions are made of them too. Each command is imported when
 * it is called. Throws CommanderError in place of exiting.
 */
export function program(): Command {
  const mkdeb = new Command('mkdeb')
    .description('Builds Debian packages whose upgrades lose no request.')
    .version(ownVersion())
    // `mkdeb --version` is mkdeb's, `mkdeb build --version 1.2` the package's.
    .enablePositionalOptions()
    .exitOverride();

  mkdeb
    .command('build')
    .description('build the package of the app in DIR')
    .argument('[DIR]', 'the app’s directory', '.')
    .option('-c, --config <FILE>', 'the configuration, an nfpm.yaml too (default: DIR/mkdeb.yaml)')
    .option('-o, --output <PATH>', 'the package’s file, or the directory for it (default: ".")')
    .option('--version <VERSION>', 'the package’s version, or git, instead of the configured one')
    .option('--arch <ARCH>', 'the package’s architecture, instead of the configured one')
    .option('--compress <METHOD>', 'zstd, xz, gzip or none (default: deb.compression, else zstd)')
    .option('--no-cache', 'read and compress everything anew, and remember nothing of it')
    .option('--sign [KEY]', signHelp)
    .option('--sign-type <TYPE>', 'who signs: origin, maint or archive', 'origin')
    .option('--passphrase-file <FILE>', passphraseHelp)
    .option('--checksums', 'write the package’s SHA-256 beside it, for sha256sum -c')
    .option('--changes', 'write .changes and .buildinfo beside it, for dput and reprepro; signed with --sign')
    .option('--sbom', 'write what the package is made of beside it, as CycloneDX 1.6')
    .option('--json', 'tell the result as one JSON object')
    .action(async (dir, options) => (await import('./commands/build.ts')).build(dir, options));

  mkdeb
    .command('sign')
    .description('sign packages that exist, so that debsig-verify accepts them')
    .argument('<FILE...>', 'a .deb each; a signature of the same type in it is replaced')
    .option('--sign [KEY]', signHelp)
    .option('--sign-type <TYPE>', 'who signs: origin, maint or archive', 'origin')
    .option('--passphrase-file <FILE>', passphraseHelp)
    .option('--checksums', 'write each package’s SHA-256 beside it, for sha256sum -c')
    .option('--json', 'tell the result as one JSON object')
    .action(async (files, options) => (await import('./commands/sign.ts')).sign(files, options));

  mkdeb
    .command('repo')
    .description('make the folder DIR of packages a signed apt repository, or bring it up to date')
    .argument('<DIR>', 'the folder that servers will reach')
    .option('--sign [KEY]', signHelp)
    .option('--unsigned', 'sign nothing: servers then have to trust whoever answers')
    .option('--passphrase-file <FILE>', passphraseHelp)
    .option('--url <URL>', 'where servers reach DIR (default: as a folder of this machine)')
    .option('--suite <NAME>', 'what servers call it', 'stable')
    .option('--origin <NAME>', 'who publishes it, for apt’s pinning (default: what it was)')
    .option('--json', 'tell the result as one JSON object')
    .action(async (dir, options) => (await import('./commands/repo.ts')).repo(dir, options));

  mkdeb
    .command('render')
    .description('write every file that mkdeb would add to the package, to read before trusting it')
    .argument('[DIR]', 'the app’s directory', '.')
    .requiredOption('-o, --output <OUT>', 'an empty or new directory')
    .option('-c, --config <FILE>', 'the configuration, an nfpm.yaml too (default: DIR/mkdeb.yaml)')
    .option('--version <VERSION>', 'the package’s version, or git, instead of the configured one')
    .option('--arch <ARCH>', 'the package’s architecture, instead of the configured one')
    .option('--json', 'tell the result as one JSON object')
    .action(async (dir, options) => (await import('./commands/render.ts')).render(dir, options));

  mkdeb
    .command('rehearse')
    .description('upgrade OLD to NEW under load on a throwaway Debian, and say what became of every request')
    .usage('[options] OLD NEW\n       mkdeb rehearse [options] --from TAG [--to TAG] [APP]')
    .argument('[OLD]', 'a .deb, or an app’s directory, which is built first')
    .argument('[NEW]', 'the version after it')
    .option('--from <TAG>', 'instead of OLD: the app in APP (default: ".") at this tag of its git repository')
    .option('--to <TAG>', 'instead of NEW: the app at this tag, or "." as it is now (default: ".")')
    .option('--prepare <COMMAND>', 'what makes the app ready at a tag before it is built: "npm ci", say')
    .option(
      '--on <PLACE>',
      'nspawn: a throwaway container; vagrant: a virtual machine; ssh://USER@HOST: a machine of yours that runs',
      'nspawn',
    )
    .option('--ssh-config <FILE>', 'for ssh://: instead of your ~/.ssh/config')
    .option('--debian <RELEASE>', 'of the throwaway container or machine: 12 or 13 (default: 12)')
    .option('--rate <N>', 'new connections a second', '200')
    .option('--connections <N>', 'kept connections besides, with 10 requests a second each', '10')
    .option('--path <PATH>', 'what is asked for; it has to be answered 200', '/')
    .option('--long <PATH>', 'a path of slow requests, of which five go on at any time')
    .option('--download <PATH>', 'a path of downloads, of which five go on at any time')
    .option('--websocket <PATH>', 'where five clients each hold a WebSocket, with two pings a second')
    .option('--message <TEXT>', 'what they say in place of pings; it has to come back')
    .option('--answer <REGEX>', 'what has to come back to the message instead')
    .option('--http2 <N>', 'HTTP/2 sessions (cleartext) besides, with 10 requests a second each', '0')
    .option('--ipv6', 'half of all that is asked goes over IPv6')
    .option('--version-header <NAME>', 'the header in which the app names its version', 'X-Version')
    .option('--duration <TIME>', 'how long the load goes on at least', '10s')
    .option('--upgrades <N>', 'there and back, so many', '1')
    .option('--bad <NEW-BAD>', 'an unhealthy version, which must be refused afterwards')
    .option('--kill', 'one more upgrade: apt is killed in its midst, and mended')
    .option('--rollback', 'then go back to the release before, without its package')
    .option('--reboot', 'reboot at the end: what is committed has to serve')
    .option('--check <PROGRAM>', 'a program of yours, run before, during and after the upgrades')
    .option('--against <WAY>', 'restart: the same payload in a plain package, stopped and started')
    .option('--report <FILE>', 'write the report, one HTML file')
    .option('--svg <FILE>', 'write its main figure')
    .option('--json <FILE>', 'write all that was measured; "-": as the only thing on standard output')
    .option('--junit <FILE>', 'write the result as CI systems read it')
    .action(async (old, next, options) =>
      (await import('./commands/rehearse.ts')).rehearse(
        [old, next].filter((arg) => arg !== undefined),
        options,
      ),
    );

  mkdeb
    .command('doctor')
    .description('say whether a package’s handoff will do all that it promises on a host')
    .argument('[FILE]', 'a .deb; without one: what the host can do, and how the packages there are')
    .option('--on <PLACE>', 'ssh://USER@HOST: that machine, instead of this one')
    .option('--ssh-config <FILE>', 'for ssh://: instead of your ~/.ssh/config')
    .option('--json', 'tell it as one JSON object')
    .action(async (file, options) => (await import('./commands/doctor.ts')).doctor(file, options));

  mkdeb
    .command('inspect')
    .description('show what a package holds: fields, files, units, scripts')
    .argument('<FILE>', 'a .deb')
    .option('--json', 'tell it as one JSON object')
    .action(async (file, options) => (await import('./commands/inspect.ts')).inspect(file, options));

  mkdeb
    .command('diff')
    .description('say what differs between two packages, and what an upgrade would change')
    .argument('<OLD>', 'a .deb')
    .argument('<NEW>', 'the version after it')
    .option('--text', 'show what changed in every text file, not in scripts and units alone')
    .option('--json', 'tell it as one JSON object')
    .action(async (old, next, options) => (await import('./commands/diff.ts')).diff(old, next, options));

  mkdeb
    .command('lint')
    .description('say what is wrong with a package, by lintian where it is present and by mkdeb’s own rules')
    .argument('<FILE>', 'a .deb')
    .option('--no-lintian', 'by mkdeb’s own rules alone')
    .option('--json', 'tell it as one JSON object')
    .action(async (file, options) => (await import('./commands/lint.ts')).lint(file, options));

  mkdeb
    .command('init')
    .description('look at the app in DIR and write a commented mkdeb.yaml')
    .argument('[DIR]', 'the app’s directory', '.')
    .option('--json', 'tell the result as one JSON object')
    .action(async (dir, options) => (await import('./commands/init.ts')).init(dir, options));

  mkdeb
    .command('completion')
    .description('print what completes mkdeb’s commands, options and files in a shell')
    .argument('<SHELL>', 'bash, zsh or fish')
    .action(async (shell) => (await import('./commands/completion.ts')).completion(shell, mkdeb));

  return mkdeb;
}

function ownVersion(): string {
  const { version } = JSON.parse(readFileSync(installedPath('package.json'), 'utf8')) as { version: string };
  return version;
}
