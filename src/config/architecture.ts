/** The architectures that Debian releases or ports today, `all` included (dpkg-architecture -L, Linux with glibc). */
export const debianArchitectures = [
  'all',
  'amd64',
  'arm64',
  'armel',
  'armhf',
  'hppa',
  'i386',
  'loong64',
  'm68k',
  'mips64el',
  'mipsel',
  'powerpc',
  'ppc64',
  'ppc64el',
  'riscv64',
  's390x',
  'sh4',
  'sparc64',
  'x32',
] as const;

/** Go's names, which nfpm.yaml takes, where Debian's differ. */
export const goNames: Readonly<Record<string, string>> = {
  '386': 'i386',
  arm5: 'armel',
  arm6: 'armhf',
  arm7: 'armhf',
  mips64le: 'mips64el',
  mipsle: 'mipsel',
  ppc64le: 'ppc64el',
  s390: 's390x',
};

/** And those of `uname -m`. */
const otherNames: Readonly<Record<string, string>> = {
  ...goNames,
  aarch64: 'arm64',
  x86_64: 'amd64',
  i686: 'i386',
};

/** Every name that `arch` takes. */
export const architectureNames: readonly string[] = [
  ...debianArchitectures,
  'auto',
  ...Object.keys(otherNames),
];

/** The names that one package of several can have: those of one machine. */
export const machineNames: readonly string[] = architectureNames.filter(
  (name) => name !== 'all' && name !== 'auto',
);

/** The names in `--arch amd64,arm64`. */
export function splitArchitectures(text: string): string[] {
  return text.split(',').map((name) => name.trim());
}

/** Go's names of the architectures that it builds for, where they differ, without the variant (GOARM). */
const plainGoNames: Readonly<Record<string, string>> = {
  i386: '386',
  armel: 'arm',
  armhf: 'arm',
  mips64el: 'mips64le',
  mipsel: 'mipsle',
  ppc64el: 'ppc64le',
};

/** What `contents` can call the architecture that a package is for, a Debian one: `${ARCH}`, and `${GOARCH}` as Go does. */
export function architectureVariables(arch: string): Readonly<Record<string, string>> {
  if (arch === 'auto') return {};
  return arch === 'all' ? { ARCH: arch } : { ARCH: arch, GOARCH: plainGoNames[arch] ?? arch };
}

/** The Debian name of an architecture under any of its names. */
export function debianArchitecture(name: string): string {
  return otherNames[name] ?? name;
}
