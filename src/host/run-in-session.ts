import { spawn } from 'node:child_process';
import { CommandFailed, type Outcome } from './host.ts';

/**
 * Runs `command` in a session of its own, so that all of it can be ended when it takes longer than `timeout` ms, and
 * so that a signal to this process's terminal does not reach it. Errors name `argv`, what the caller asked for.
 */
export async function runInSession(
  argv: readonly string[],
  command: readonly [string, ...string[]],
  options: { input: string | Uint8Array; timeout: number; check: boolean },
): Promise<Outcome> {
  const [file, ...args] = command;
  const child = spawn(file, args, { detached: true, stdio: 'pipe' });
  return new Promise((resolve, reject) => {
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    let late = false;
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    // A command need not read its input.
    child.stdin.on('error', () => {});
    child.stdin.end(options.input);
    const timer = setTimeout(() => {
      late = true;
      if (child.pid !== undefined) killGroup(child.pid);
      // Whoever left the group may still hold the pipes.
      child.stdout.destroy();
      child.stderr.destroy();
    }, options.timeout);
    child.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      const outcome: Outcome = {
        // As a shell would put it.
        exitCode: code ?? 128 + (signal === 'SIGTERM' ? 15 : 9),
        stdout: Buffer.concat(stdout).toString('utf8'),
        stderr: Buffer.concat(stderr).toString('utf8'),
      };
      if (late) reject(new CommandFailed(argv, `not done within ${options.timeout} ms`, outcome));
      else if (options.check && outcome.exitCode !== 0) {
        reject(
          new CommandFailed(argv, signal === null ? `exit code ${code}` : `killed by ${signal}`, outcome),
        );
      } else resolve(outcome);
    });
  });
}

function killGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL');
  } catch {
    // It has just ended.
  }
}
