import { BadInput } from '../../bad-input.ts';

/** A machine as the OpenSSH client is told of it; what is null is left to the client's own configuration. */
export interface SshTarget {
  /** A name, an address, or a `Host` of the client's configuration. */
  host: string;
  user: string | null;
  port: number | null;
}

/** Neither the user nor the host may begin with a hyphen: ssh would take it for an option. */
const form =
  /^ssh:\/\/(?:(?<user>[A-Za-z0-9_][\w.-]*\$?)@)?(?:\[(?<address>[0-9A-Fa-f:.]+)\]|(?<host>[A-Za-z0-9_][\w.-]*))(?::(?<port>\d{1,5}))?\/?$/;

/** Reads `ssh://[USER@]HOST[:PORT]`. Throws BadInput where `url` is anything else. */
export function parseSshUrl(url: string): SshTarget {
  const { user, address, host, port } = form.exec(url)?.groups ?? {};
  const name = address ?? host;
  if (name === undefined || Number(port ?? 22) < 1 || Number(port ?? 22) > 65_535)
    throw new BadInput(
      `${JSON.stringify(url)} is no address of a machine; expected ssh://USER@HOST or ssh://USER@HOST:PORT (keys and the like belong in your ~/.ssh/config)`,
    );
  return { host: name, user: user ?? null, port: port === undefined ? null : Number(port) };
}

/** `USER@HOST`, as people write it. */
export function called({ user, host }: SshTarget): string {
  return user === null ? host : `${user}@${host}`;
}
