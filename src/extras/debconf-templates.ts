import type { WrongLine } from './file-lines.ts';

const types = ['string', 'password', 'boolean', 'select', 'multiselect', 'note', 'error', 'title', 'text'];

/**
 * What debconf would not read of a templates file (debconf-devel(7)): paragraphs with Template, Type and Description,
 * each question by the package's name, translations in fields such as Description-de.UTF-8.
 */
export function wrongTemplates(name: string, text: string): WrongLine[] {
  const wrong: WrongLine[] = [];
  let fields = new Map<string, number>();
  let start = 1;
  const lines = text.split('\n');
  for (const [i, line] of [...lines, ''].entries()) {
    const at = i + 1;
    if (line.trim() === '') {
      if (fields.size > 0) {
        for (const key of ['Template', 'Type', 'Description'])
          if (!fields.has(key)) wrong.push({ line: start, message: `this paragraph has no ${key}` });
      }
      fields = new Map();
      continue;
    }
    if (line.startsWith('#')) continue;
    if (/^[ \t]/.test(line) && fields.size > 0) continue;
    if (fields.size === 0) start = at;
    const [, key, value = ''] = /^([A-Za-z_][A-Za-z0-9_@.-]*):\s*(.*)$/.exec(line) ?? [];
    if (key === undefined) {
      wrong.push({ line: at, message: 'expected a field such as "Template: shop/port"' });
      continue;
    }
    if (key.startsWith('_')) {
      wrong.push({
        line: at,
        message: `${key} is for translators: give what po2debconf(1) makes of this file`,
      });
    }
    if (fields.has(key)) wrong.push({ line: at, message: `${key} stands here twice` });
    fields.set(key.replace(/^_+/, ''), at);
    if (key === 'Template' && !value.startsWith(`${name}/`) && !value.startsWith('shared/'))
      wrong.push({ line: at, message: `a question’s name begins with the package’s: "${name}/…"` });
    if (key === 'Type' && !types.includes(value.trim()))
      wrong.push({ line: at, message: `expected a type, one of ${types.join(', ')}` });
  }
  return wrong;
}
