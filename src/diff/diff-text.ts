import { listingLine } from '../deb/listing-line.ts';
import { scriptNames } from '../deb/package-contents.ts';
import { inThousands } from '../in-thousands.ts';
import { printable, printableLine } from '../printable.ts';
import type { FieldChange } from './field-changes.ts';
import type { Aspect, FileChange } from './file-changes.ts';
import type { PackageDiff, PackageNames, TextChange } from './package-diff.ts';

/** The difference for people, a piece at a time; safe to print. */
export function* diffText(diff: PackageDiff): Generator<string> {
  if (diff.same) {
    yield `${title(diff.old)}: the same fields, files and scripts\n`;
    return;
  }
  yield `${title(diff.old)} -> ${title(diff.new)}\n`;
  yield heading('Upgrade');
  for (const effect of diff.upgrade) yield `- ${printableLine(effect)}\n`;
  if (diff.fields.length > 0) yield heading('Fields');
  for (const change of diff.fields) yield fieldText(change);
  const { added, removed, changed } = diff.files;
  if (added.length + removed.length + changed.length > 0) {
    yield heading(`Files: ${added.length} added, ${removed.length} removed, ${changed.length} changed`);
  }
  for (const file of added) yield `+ ${listingLine(file)}\n`;
  for (const file of removed) yield `- ${listingLine(file)}\n`;
  for (const change of changed) yield `~ ${printableLine(change.path)}: ${aspectsText(change)}\n`;
  const { conffiles } = diff;
  if (conffiles.added.length + conffiles.removed.length > 0) yield heading('Conffiles');
  for (const path of conffiles.added) yield `+ ${printableLine(path)}\n`;
  for (const path of conffiles.removed) yield `- ${printableLine(path)}\n`;
  for (const script of diff.scripts) {
    const isScript = (scriptNames as readonly string[]).includes(script.name);
    yield textChange(isScript ? 'Script' : 'Control file', script);
  }
  for (const unit of diff.units) yield textChange('Unit', unit);
  for (const text of diff.texts) yield textChange('Text', text);
}

function title({ name, version, architecture }: PackageNames): string {
  return printableLine(`${name} ${version} (${architecture})`);
}

function heading(text: string): string {
  return `\n── ${printableLine(text)}\n`;
}

function fieldText({ field, old, new: next, removed, added }: FieldChange): string {
  const lines =
    removed !== undefined && added !== undefined
      ? [...removed.map((relation) => `- ${relation}`), ...added.map((relation) => `+ ${relation}`)]
      : isShort(old) && isShort(next)
        ? null
        : [...lined(old, '-'), ...lined(next, '+')];
  if (lines === null) return printable(`${field}: ${old ?? '(none)'} -> ${next ?? '(none)'}\n`);
  return printable(`${field}:\n${lines.map((line) => `  ${line}\n`).join('')}`);
}

function isShort(value: string | null): boolean {
  return value === null || (!value.includes('\n') && value.length <= 60);
}

function lined(value: string | null, mark: string): string[] {
  return value === null ? [] : value.split('\n').map((line) => `${mark} ${line.trim()}`);
}

function aspectsText(change: FileChange): string {
  const told = (aspect: Aspect): string => {
    switch (aspect) {
      case 'content':
        return change.aspects.includes('size') ? '' : 'content, of the same size';
      case 'size':
        return `content, ${inThousands(change.old.size)} -> ${inThousands(change.new.size)} bytes`;
      case 'target':
        return `target ${printableLine(change.old.target ?? '')} -> ${printableLine(change.new.target ?? '')}`;
      default:
        return `${aspect} ${printableLine(change.old[aspect])} -> ${printableLine(change.new[aspect])}`;
    }
  };
  return change.aspects
    .map(told)
    .filter((text) => text !== '')
    .join('; ');
}

function textChange(what: string, { name, change, diff }: TextChange): string {
  const body = diff === null ? 'The two differ in so much that it is not shown.\n' : printable(diff);
  return `${heading(`${what}: ${name} (${change})`)}${body}`;
}
