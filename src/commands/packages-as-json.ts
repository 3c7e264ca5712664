/** What a command tells of each package, as one line of JSON: of a single one the object itself, of more `packages`. */
export function packagesAsJson(told: readonly object[]): string {
  return `${JSON.stringify(told.length === 1 ? told[0] : { packages: told })}\n`;
}
