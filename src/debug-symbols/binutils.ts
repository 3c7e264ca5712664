import { execa } from 'execa';
import { BadInput } from '../bad-input.ts';

/** GNU's names of Debian's architectures (dpkg-architecture(1), DEB_HOST_GNU_TYPE), which binutils' programs have before theirs. */
const gnuTypes: Readonly<Record<string, string>> = {
  amd64: 'x86_64-linux-gnu',
  arm64: 'aarch64-linux-gnu',
  armel: 'arm-linux-gnueabi',
  armhf: 'arm-linux-gnueabihf',
  i386: 'i686-linux-gnu',
  loong64: 'loongarch64-linux-gnu',
  mips64el: 'mips64el-linux-gnuabi64',
  ppc64el: 'powerpc64le-linux-gnu',
  riscv64: 'riscv64-linux-gnu',
  s390x: 's390x-linux-gnu',
};

/** GNU binutils for one architecture. Each call throws BadInput where the program is not there, or can't do it. */
export class Binutils {
  readonly #prefix: string;
  readonly #debianPackage: string;
  readonly #signal: AbortSignal;

  constructor(arch: string, host: string, signal: AbortSignal) {
    const gnuType = arch === host ? undefined : gnuTypes[arch];
    this.#prefix = gnuType === undefined ? '' : `${gnuType}-`;
    this.#debianPackage = gnuType === undefined ? 'binutils' : `binutils-${gnuType.replaceAll('_', '-')}`;
    this.#signal = signal;
  }

  /** Writes what only a debugger needs of an ELF file to another one. */
  async keepDebug(from: string, to: string): Promise<void> {
    await this.#run('objcopy', ['--only-keep-debug', '--compress-debug-sections', from, to]);
  }

  /** Writes an ELF file without what only a debugger needs, as dh_strip does. */
  async strip(from: string, to: string): Promise<void> {
    const notes = ['--remove-section=.comment', '--remove-section=.note'];
    await this.#run('strip', ['--strip-unneeded', ...notes, '-o', to, from]);
  }

  /** Names in an ELF file the one with its symbols (.gnu_debuglink). */
  async linkDebug(file: string, debug: string): Promise<void> {
    await this.#run('objcopy', [`--add-gnu-debuglink=${debug}`, file]);
  }

  async #run(program: string, args: readonly string[]): Promise<void> {
    const command = `${this.#prefix}${program}`;
    const ran = await execa(command, args, {
      reject: false,
      stdin: 'ignore',
      env: { LC_ALL: 'C.UTF-8' },
      cancelSignal: this.#signal,
    });
    this.#signal.throwIfAborted();
    if (ran.code === 'ENOENT') {
      throw new BadInput(
        `debugSymbols needs ${command}, and it is not installed: apt install ${this.#debianPackage}`,
      );
    }
    if (ran.exitCode !== 0) throw new BadInput(`debugSymbols: ${ran.stderr.trim() || ran.shortMessage}`);
  }
}
