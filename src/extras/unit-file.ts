import type { UnitFile } from '../config/extras.ts';
import type { SetUpUnit } from './host-setup.ts';

/**
 * How the maintainer scripts treat a unit: what the configuration leaves open as dh_installsystemd(1) has it. A text
 * that says what is wrong where it can't be so. `name` is the package's.
 */
export function setUpUnit(unit: UnitFile, source: string, name: string): SetUpUnit | string {
  const sections = [...source.matchAll(/^\[([A-Za-z]+)\]\s*$/gm)].map(([, section]) => section);
  const section = { service: 'Service', socket: 'Socket', timer: 'Timer', path: 'Path' }[
    unit.name.slice(unit.name.lastIndexOf('.') + 1)
  ];
  if (section !== undefined && !sections.includes(section))
    return `a unit of this kind has a section [${section}]`;
  const installs = sections.includes('Install');
  if (unit.enable === true && !installs)
    return 'without a section [Install] it can’t be enabled; add "[Install]" and "WantedBy=multi-user.target", say';
  const template = unit.name.includes('@');
  const enable = unit.enable ?? (installs && !template);
  const start = unit.start ?? enable;
  if (start && !enable)
    return 'a unit that is not enabled is not started: without a section [Install] leave start out';
  const releases = `/usr/lib/${name}/releases/current`;
  if (unit.upgrade === 'with-release' && !source.includes(releases))
    return `it runs nothing of a release; let its WorkingDirectory or ExecStart be in ${releases}`;
  // A socket that is opened again would lose what waits in its queue, and systemd refuses while its service runs.
  const restarts = start && /\.(?:service|timer|path)$/.test(unit.name);
  return { name: unit.name, enable, start, upgrade: unit.upgrade ?? (restarts ? 'restart' : 'none') };
}
