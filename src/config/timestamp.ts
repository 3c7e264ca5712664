export const expectedTimestamp = 'expected a time such as 2008-01-02T15:04:05Z';

/** The latest that dpkg's tar knows how to read in eleven octal digits: the year 2242. */
const latest = 0o77777777777;

/** A time as YAML and nfpm.yaml write it, in seconds since 1970; without a zone it is UTC. Null for anything else. */
export function parseTimestamp(text: string): number | null {
  const match =
    /^(\d{4}-\d\d-\d\d)(?:[Tt ]+(\d\d:\d\d:\d\d)(?:\.\d+)?(?: *(Z|z|[+-]\d\d(?::?\d\d)?))?)?$/.exec(text);
  if (match === null) return null;
  const [, date, time = '00:00:00', zone = 'Z'] = match;
  const offset = /^([+-]\d\d):?(\d\d)?$/.exec(zone);
  const at = Date.parse(`${date}T${time}${offset === null ? 'Z' : `${offset[1]}:${offset[2] ?? '00'}`}`);
  const seconds = at / 1_000;
  return seconds >= 0 && seconds <= latest ? seconds : null;
}
