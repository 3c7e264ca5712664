/** The text of DEBIAN/control (deb822(5), Policy 5.1), written and read. */
import { BadInput } from '../bad-input.ts';
import type { ControlFields } from '../package/package.ts';

const fieldName = /^[!-,./-9;-~][!-9;-~]*$/;

/**
 * The control file with Installed-Size, placed where dpkg-gencontrol does. Throws BadInput for a field that would be
 * read back as something else.
 */
export function formatControlFile(fields: ControlFields, installedSizeKiB: number): string {
  const lines = fields.map(([name, value]) => {
    if (!fieldName.test(name)) throw new BadInput(`${JSON.stringify(name)} is not a control field's name`);
    if (value.trim() === '' || value.includes('\r') || /\n(?![ \t]+\S)/.test(value)) {
      throw new BadInput(
        `the control field ${name} cannot hold ${JSON.stringify(value)}: it must not be empty, and each further line begins with a space (Policy 5.6.13)`,
      );
    }
    return `${name}: ${value}\n`;
  });
  const maintainer = fields.findIndex(([name]) => name === 'Maintainer');
  lines.splice(maintainer + 1 || lines.length, 0, `Installed-Size: ${installedSizeKiB}\n`);
  return lines.join('');
}

/** The fields in their order, a value's further lines as they stand. Throws BadInput for what is no control file. */
export function parseControlFile(text: string): ControlFields {
  const fields: [name: string, value: string][] = [];
  for (const [index, line] of text.trimEnd().split('\n').entries()) {
    const last = fields.at(-1);
    if (/^[ \t]/.test(line) && last !== undefined) {
      last[1] += `\n${line}`;
      continue;
    }
    const colon = line.indexOf(':');
    if (colon < 1 || !fieldName.test(line.slice(0, colon))) {
      throw new BadInput(
        `control, line ${index + 1}: expected "Field: value", found ${JSON.stringify(line)}`,
      );
    }
    fields.push([line.slice(0, colon), line.slice(colon + 1).trim()]);
  }
  return fields;
}
