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

/** Go's names, which nfpm.yaml takes, and those of `uname -m`. */
const otherNames: Readonly<Record<string, string>> = {
  '386': 'i386',
  arm5: 'armel',
  arm6: 'armhf',
  arm7: 'armhf',
  mips64le: 'mips64el',
  mipsle: 'mipsel',
  ppc64le: 'ppc64el',
  s390: 's390x',
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

/** The Debian name of an architecture under any of its names. */
export function debianArchitecture(name: string): string {
  return otherNames[name] ?? name;
}
