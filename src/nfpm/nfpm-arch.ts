import { debianArchitectures, goNames } from '../config/architecture.ts';

/** The Architecture field that nfpm writes: `deb.arch` as it is, else Go's name in Debian's; a platform before it. */
export function nfpmArchitecture(given: { arch: string; debArch: string; platform: string }): string {
  const { arch, debArch, platform } = given;
  const plain = arch.startsWith('mips') ? arch.replaceAll(/softfloat|hardfloat/g, '') : arch;
  const debian = debArch || (goNames[plain] ?? plain);
  return platform === 'linux' ? debian : `${platform}-${debian}`;
}

export function isDebianArchitecture(arch: string): boolean {
  return (debianArchitectures as readonly string[]).includes(arch);
}
