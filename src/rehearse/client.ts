import { BadInput } from '../bad-input.ts';
import type { TestHost } from '../host/test-host.ts';
import type { RehearsalOptions } from './rehearsal-options.ts';
import type { RehearsedPackage } from './rehearsed-package.ts';

/** The status (`000`: none) with which `path` is answered on the host; it may take a moment to be there. */
export async function answerOf(host: TestHost, port: number, path: string): Promise<string> {
  const { stdout } = await host.run(
    [
      ...['curl', '--silent', '--output', '/dev/null', '--max-time', '20', '--write-out', '%{http_code}'],
      ...['--retry-connrefused', '--retry', '5', `http://${host.address4}:${port}${path}`],
    ],
    { check: false },
  );
  return stdout.trim();
}

/** Asks once for what the load will ask for. Throws BadInput where that is not answered 200: nothing could be measured. */
export async function expectAnswers(
  host: TestHost,
  { name, version, port }: RehearsedPackage,
  { path, long }: RehearsalOptions,
): Promise<void> {
  for (const asked of [path, ...(long === null ? [] : [long])]) {
    const status = await answerOf(host, port, asked);
    if (status === '200') continue;
    const said = status === '000' ? 'is not answered' : `is answered with status ${status}`;
    throw new BadInput(
      `GET ${asked} of ${name} ${version} on port ${port} ${said}; name a path that is answered 200 with ${asked === path ? '--path' : '--long'}`,
    );
  }
}
