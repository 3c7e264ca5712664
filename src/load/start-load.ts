import { type ChildProcess, spawn } from 'node:child_process';
import { isIP } from 'node:net';
import { createInterface } from 'node:readline';
import { installedPath } from '../installation.ts';
import type { LoadReport } from './load-report.ts';
import type { LoadSpec } from './load-spec.ts';
import type { Answer, Command } from './protocol.ts';

/** From where load comes: a test host has this for the network that it is reached from. */
export interface LoadOrigin {
  fromClient(argv: readonly string[]): string[];
}

/** This machine's own network. */
export const here: LoadOrigin = { fromClient: (argv) => [...argv] };

export interface Load {
  /** Begins a phase of the report: requests due from now on are counted in it. */
  mark(name: string): Promise<void>;
  /** The report so far. */
  snapshot(): Promise<LoadReport>;
  /**
   * Sends no more requests, waits for the outcome of each that is in flight (at most the longest timeout of the spec),
   * and ends the generator.
   */
  stop(): Promise<LoadReport>;
  /** Ends the generator at once, without a report. May be called twice, and after `stop`. */
  kill(): void;
}

/** The compiled generator: a process of its own runs no TypeScript. */
const main = installedPath('dist/load/main.js');

/**
 * Starts a load in a process of its own, so that nothing this process does delays it; it ends with this process.
 * Resolves when it runs. What goes wrong with the generator itself rejects the call that was waiting for it.
 */
export async function startLoad(origin: LoadOrigin, spec: LoadSpec): Promise<Load> {
  for (const address of [spec.address, spec.secondAddress ?? []].flat())
    if (isIP(address) === 0) throw new Error(`load: not an IP address: ${JSON.stringify(address)}`);
  const [command, ...args] = origin.fromClient([process.execPath, main]) as [string, ...string[]];
  const conversation = new Conversation(spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] }));
  await conversation.say({ start: spec });
  return {
    mark: async (name) => {
      await conversation.say({ mark: name });
    },
    snapshot: () => conversation.report({ snapshot: true }),
    stop: async () => {
      const report = await conversation.report({ stop: true });
      conversation.end();
      return report;
    },
    kill: () => conversation.kill(),
  };
}

class Conversation {
  readonly #process: ChildProcess;
  readonly #waiting: Array<{ resolve: (answer: Answer) => void; reject: (error: Error) => void }> = [];
  #stderr = '';
  #ended: Error | null = null;

  constructor(process: ChildProcess) {
    this.#process = process;
    process.on('error', (error) => this.#over(error));
    process.on('close', () =>
      this.#over(new Error(`the load generator ended: ${this.#stderr.trim() || 'killed'}`)),
    );
    process.stdin?.on('error', () => {});
    process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-4000);
    });
    if (process.stdout) {
      createInterface({ input: process.stdout }).on('line', (line) => {
        this.#waiting.shift()?.resolve(JSON.parse(line) as Answer);
      });
    }
  }

  say(command: Command): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#ended !== null) {
        reject(this.#ended);
        return;
      }
      this.#waiting.push({ resolve, reject });
      this.#process.stdin?.write(`${JSON.stringify(command)}\n`);
    });
  }

  async report(command: Command): Promise<LoadReport> {
    const answer = await this.say(command);
    if ('report' in answer) return answer.report;
    throw new Error('the load generator gave no report');
  }

  end(): void {
    this.#process.stdin?.end();
  }

  kill(): void {
    this.#process.kill('SIGKILL');
  }

  #over(error: Error): void {
    this.#ended ??= error;
    for (const { reject } of this.#waiting.splice(0)) reject(this.#ended);
  }
}
