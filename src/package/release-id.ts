/**
 * The id of a release: the Debian version in characters that unit names and paths hold as they are (systemd.unit(5)),
 * injective and readable. `_` never occurs in a version, so it marks what was replaced: `_e` the colon of an epoch,
 * `_t` a tilde, `_p` a plus. On the host `_2`, `_3` … tell later generations of the same version apart.
 */
export function releaseId(version: string): string {
  return version.replace(/[:~+]/g, (c) => ({ ':': '_e', '~': '_t', '+': '_p' })[c] as string);
}
