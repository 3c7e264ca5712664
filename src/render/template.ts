import { readFileSync } from 'node:fs';
import ejs from 'ejs';
import { installedPath } from '../installation.ts';
import { controlValue } from './quote/control.ts';
import { fishWord } from './quote/fish.ts';
import { manualText } from './quote/manual.ts';
import { Quoted } from './quote/quoted.ts';
import { shellComment, shellWord } from './quote/shell.ts';
import { unitEnvironment, unitProgram, unitValue, unitVerbatim, unitWord } from './quote/unit.ts';

/** The kinds of file a template can make; each quotes `<%= %>` in its own way. */
export type TemplateKind = 'shell' | 'fish' | 'unit' | 'control' | 'manual';

type Quote = (value: string) => string;

/** What `<%= value %>` does to a string. A list is quoted item by item, with spaces between. */
const quoteOf: Readonly<Record<TemplateKind, Quote>> = {
  shell: shellWord,
  fish: fishWord,
  unit: unitValue,
  control: controlValue,
  manual: manualText,
};

/** What a template of a kind can call where its usual quoting is not the right one: `<%= word(argv) %>`. */
const functionsOf: Readonly<Record<TemplateKind, Record<string, (...args: never[]) => Quoted>>> = {
  shell: {
    /** Text in a comment. */
    comment: (text: string) => new Quoted(shellComment(text)),
  },
  unit: {
    /** The program of an Exec line. */
    program: (path: string) => new Quoted(unitProgram(path)),
    /** One argument of an Exec line, or a list of them. */
    word: (value: string | number | readonly string[]) => new Quoted(quoteAll(value, unitWord)),
    /** One assignment for `Environment=`. */
    environment: (name: string, value: string) => new Quoted(unitEnvironment(name, value)),
    /** A whole `Key=value` line as the user wrote it. */
    verbatim: (key: string, value: string) => new Quoted(unitVerbatim(key, value)),
  },
  fish: {},
  control: {},
  manual: {},
};

const templates = installedPath('templates/');

/**
 * The text that the EJS file `templates/<name>` makes of `data`, every `<%= value %>` quoted for the kind of file it
 * is. Throws BadInput for a value that such a file cannot hold, Error for a variable that `data` does not have.
 */
export function renderTemplate(
  name: string,
  data: Readonly<Record<string, unknown>>,
  kind: TemplateKind,
): string {
  return renderText(readTemplate(name), data, kind, name);
}

/** As renderTemplate, for a template's text; `name` is for messages and for `include`, which looks beside it. */
export function renderText(
  text: string,
  data: Readonly<Record<string, unknown>>,
  kind: TemplateKind,
  name: string,
): string {
  // Without compileDebug EJS leaves the error as it was thrown: BadInput is for the user, who knows no template.
  const render = ejs.compile(text, {
    filename: templates + name,
    compileDebug: false,
    escape: (value: unknown) => quoteAll(value, quoteOf[kind]),
  });
  try {
    return render({ ...functionsOf[kind], ...data });
  } catch (error) {
    if (error instanceof ReferenceError || error instanceof TypeError) {
      throw new Error(`template ${name}: ${error.message}`, { cause: error });
    }
    throw error;
  }
}

/** The text of `templates/<name>`, for a file that is shipped as it is. */
export function readTemplate(name: string): string {
  return readFileSync(templates + name, 'utf8');
}

function quoteAll(value: unknown, quote: Quote): string {
  if (value instanceof Quoted) return value.text;
  if (typeof value === 'string') return quote(value);
  if (typeof value === 'number' && Number.isFinite(value)) return quote(String(value));
  if (Array.isArray(value)) return value.map((item) => quoteAll(item, quote)).join(' ');
  throw new TypeError(
    `cannot write ${value === null ? 'null' : typeof value}, only text, numbers and lists of them`,
  );
}
