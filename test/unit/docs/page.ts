/** docs/handoffs.md as the tests read it. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const docs = fileURLToPath(new URL('../../../docs', import.meta.url));
export const page = readFileSync(`${docs}/handoffs.md`, 'utf8');

interface Block {
  /** What comes after the backticks: a language, and the file that it is, if it is one. */
  language: string;
  file: string | null;
  text: string;
}

/** The code blocks of a part of the page. */
export function blocks(markdown: string): Block[] {
  return [...markdown.matchAll(/^```(\S+)(?: (\S+))?\n(.*?)^```$/gms)].map(([, language, file, text]) => ({
    language: language as string,
    file: file ?? null,
    text: text as string,
  }));
}

/** A program of the page, and one of the configurations that it is shown with. */
export interface Program {
  title: string;
  file: string;
  text: string;
  /** The command that compiles it, if it has to be. */
  compile: string | null;
  config: string;
}

/** The programs, each as often as it has configurations. */
export function programs(): Program[] {
  const part = page.split(/^## /m).find((text) => text.startsWith('What the app must do')) ?? '';
  return part.split(/^### /m).flatMap((section) => {
    const title = section.slice(0, section.indexOf('\n')).replaceAll('`', '');
    const all = blocks(section);
    const program = all.find(({ file }) => file !== null && file !== 'mkdeb.yaml');
    if (program?.file == null) return [];
    const { file, text } = program;
    const compile = all.find(({ language }) => language === 'sh')?.text ?? null;
    return all
      .filter(({ language }) => language === 'yaml')
      .map((config) => ({ title, file, text, compile, config: config.text }));
  });
}

/** A configuration of the page with what it leaves out. */
export function wholeConfig(config: string): string {
  return `name: hello\nversion: 1.0.0\nmaintainer: Hello Team <hello@example.org>\ndescription: |\n  Says hello\n  An app of the documentation.\n${config}`;
}

/** The links of a page that lead to no file, or to no heading of one; those into the web are left out. */
export function deadLinks(markdown: string): string[] {
  const links = [...markdown.matchAll(/\]\((?!https?:)([^)]+)\)/g)].map(([, link = '']) => link);
  return links.filter((link) => {
    const [file = '', heading] = link.split('#');
    if (file !== '' && !existsSync(join(docs, file))) return true;
    if (heading === undefined) return false;
    const text = file === '' ? markdown : readFileSync(join(docs, file), 'utf8');
    return !headings(text).includes(heading);
  });
}

/** As GitHub names them. */
function headings(markdown: string): string[] {
  return [...markdown.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^a-z0-9 -]/g, '')
      .replaceAll(' ', '-'),
  );
}
