/** apt as a client with a system of its own: nothing of this machine's is read or changed. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';

export interface Said {
  exitCode: number | undefined;
  said: string;
}

export class AptClient {
  readonly #options: string[];
  readonly #sources: string;
  readonly #empty: string;

  constructor(folder: string, architecture = 'amd64') {
    for (const part of ['state/lists/partial', 'cache/archives/partial', 'sources', 'none', 'log'])
      mkdirSync(join(folder, part), { recursive: true });
    for (const empty of ['status', 'empty']) writeFileSync(join(folder, empty), '');
    this.#empty = join(folder, 'empty');
    this.#sources = join(folder, 'sources/test.sources');
    const settings = {
      'Dir::Etc::main': this.#empty,
      'Dir::Etc::parts': `${folder}/none`,
      'Dir::Etc::sourcelist': this.#empty,
      'Dir::Etc::sourceparts': `${folder}/sources`,
      'Dir::Etc::preferencesparts': `${folder}/none`,
      'Dir::Etc::trusted': this.#empty,
      'Dir::Etc::trustedparts': `${folder}/none`,
      'Dir::State': `${folder}/state`,
      'Dir::State::status': `${folder}/status`,
      'Dir::Cache': `${folder}/cache`,
      'Dir::Log': `${folder}/log`,
      'APT::Architecture': architecture,
      'APT::Architectures': architecture,
      'APT::Sandbox::User': 'root',
      'Acquire::http::Proxy': 'DIRECT',
      'Acquire::Languages': 'none',
    };
    this.#options = Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  }

  /** The contents of its only .sources file. */
  use(sources: string): void {
    writeFileSync(this.#sources, sources);
  }

  async run(program: string, ...args: string[]): Promise<Said> {
    const { exitCode, all } = await execa(program, [...this.#options, ...args], {
      all: true,
      reject: false,
      env: { LC_ALL: 'C.UTF-8', APT_CONFIG: this.#empty },
    });
    return { exitCode, said: all };
  }

  update(): Promise<Said> {
    return this.run('apt-get', '-q', 'update');
  }

  /** The versions that it could install, the newest first. */
  async versions(name = 'hello'): Promise<string[]> {
    const { said } = await this.run('apt-cache', 'madison', name);
    return said
      .split('\n')
      .filter((line) => line.includes('|'))
      .map((line) => line.split('|')[1]?.trim() ?? '');
  }
}
