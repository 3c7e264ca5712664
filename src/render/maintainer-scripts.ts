import { isUtf8 } from 'node:buffer';
import { BadInput } from '../bad-input.ts';
import type { AppConfig, ServiceConfig } from '../config/app-config.ts';
import type { UserScriptName } from '../config/packaging.ts';
import { type HostSetup, noSetup, setsUp } from '../extras/host-setup.ts';
import type { MaintainerScriptName, Package } from '../package/package.ts';
import { renderTemplate } from './template.ts';

type UserScripts = Readonly<Partial<Record<UserScriptName, Uint8Array>>>;

/**
 * The maintainer scripts of a package with a service, or with anything else that the host is told of (Policy 6). The
 * user's own ones run inside of them as programs of their own: postinstall before the new version starts, preremove before
 * anything is stopped, postremove after the rest. preinstall is dpkg's preinst. Throws BadInput for one that is no text.
 */
export function renderMaintainerScripts(
  config: AppConfig,
  service: ServiceConfig | null,
  scripts: UserScripts,
  setup: HostSetup = noSetup,
): Package['scripts'] {
  const treated = treatedUnits(setup);
  const data = {
    name: config.name,
    user: service?.user ?? '',
    serves: service !== null,
    triggered: config.packaging.triggers.startsWith('interest'),
    setup,
    sets: setsUp(setup),
    enables: setup.units.some(({ enable }) => enable),
    units: setup.units.map(({ name }) => name),
    started: setup.units.filter(({ start }) => start).map(({ name }) => name),
    starts: treated.length > 0,
    treated,
  };
  const render = (script: MaintainerScriptName, name: UserScriptName) => {
    const bytes = scripts[name];
    const own = bytes === undefined ? null : ownScript(script, name, bytes);
    const template = service === null ? `maintscripts/files-${script}` : `maintscripts/${script}`;
    return renderTemplate(template, { ...data, own }, 'shell');
  };
  return {
    ...(scripts.preinstall === undefined ? {} : { preinst: scripts.preinstall }),
    postinst: render('postinst', 'postinstall'),
    prerm: render('prerm', 'preremove'),
    postrm: render('postrm', 'postremove'),
  };
}

/** What postinst does to each unit, at the first install and later; the handoff restarts those that go with a release. */
function treatedUnits({ units }: HostSetup): { name: string; first: string; later: string }[] {
  return units
    .map(({ name, start, upgrade }) => ({
      name,
      first: start ? 'start' : 'none',
      later: upgrade === 'with-release' ? 'none' : upgrade,
    }))
    .filter(({ first, later }) => first !== 'none' || later !== 'none');
}

/** A script as a template writes it. It is run by its interpreter, as /tmp may forbid to execute what is in it. */
function ownScript(script: MaintainerScriptName, name: UserScriptName, bytes: Uint8Array) {
  const text = Buffer.from(bytes).toString();
  // As the kernel splits it: the program, and all the rest as one argument.
  const [, program, argument] = /^#! *(\S+)(?:[ \t]+(\S.*?))?[ \t]*(?:\r?\n|$)/.exec(text) ?? [];
  if (program === undefined || !isUtf8(bytes) || text.includes('\0')) {
    throw new BadInput(`scripts.${name}: with a service it has to be a text with a "#!" line, not a program`);
  }
  return { script, name, text, interpreter: argument === undefined ? [program] : [program, argument] };
}

/**
 * Lines of the user's own scripts that stop or restart the service, which a handoff must not have: for warnings.
 */
export function stoppingLines(name: string, scripts: UserScripts): { script: string; line: string }[] {
  return Object.entries(scripts).flatMap(([script, bytes]) =>
    Buffer.from(bytes)
      .toString()
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => stops(line, name))
      .map((line) => ({ script, line })),
  );
}

function stops(line: string, name: string): boolean {
  if (line.startsWith('#')) return false;
  const words = line.split(/[\s;&|"']+/).map((word) => word.replace(/\.service$/, ''));
  const calls = words.some((word) =>
    /^(?:.*\/)?(?:systemctl|service|deb-systemd-invoke|invoke-rc\.d)$/.test(word),
  );
  return (
    calls && words.includes(name) && words.some((word) => /^(?:stop|restart|try-restart|kill)$/.test(word))
  );
}
