/** A real shell on a terminal, which is made to insert all completions of what is typed. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface InteractiveShell {
  /** The words after `mkdeb` when `typed` stands there and all that completes its last word was inserted. */
  wordsOf(typed: string): Promise<string[]>;
  end(): Promise<void>;
}

const prompt = 'what next? ';
/** In place of mkdeb: tells its words. */
const tell = `mkdeb() { printf 'word:%s:\\n' "$@"; }`;

const shells = {
  bash: {
    start: (completion: string) => [`source '${completion}'`, tell, `PS1='${prompt}'`],
    argv: (file: string) => `bash --noprofile --rcfile ${file} -i`,
    file: 'bashrc',
    // readline(3), insert-completions
    insertAll: '\u001b*',
  },
  zsh: {
    start: (completion: string) => [
      'autoload -Uz compinit && compinit -u -D',
      `source '${completion}'`,
      tell,
      // zshcompsys(1), _all_matches
      'zle -C all-matches complete-word _generic',
      "zstyle ':completion:all-matches:*' insert yes",
      "zstyle ':completion:all-matches::::' completer _all_matches _complete",
      "bindkey '^Xa' all-matches",
      'unsetopt prompt_sp prompt_cr bracketed_paste 2>/dev/null; unset zle_bracketed_paste',
      `PS1='${prompt}'`,
    ],
    argv: (file: string) => `env ZDOTDIR=${join(file, '..')} zsh -d -i`,
    file: '.zshrc',
    insertAll: '\u0018a',
  },
} as const;

/** Starts a shell in `cwd` that has read the file `completion`. */
export async function interactiveShell(
  name: keyof typeof shells,
  completion: string,
  cwd: string,
): Promise<InteractiveShell> {
  const { start, argv, file, insertAll } = shells[name];
  const settings = join(completion, '..', file);
  writeFileSync(settings, `${start(completion).join('\n')}\n`);
  // script(1) makes the terminal.
  const shell = spawn('script', ['-q', '-e', '-c', argv(settings), '/dev/null'], {
    cwd,
    env: { PATH: process.env['PATH'], HOME: cwd, TERM: 'dumb', LANG: 'C.UTF-8' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let said = '';
  shell.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const prompted = async () => {
    const deadline = Date.now() + 20_000;
    while (!said.endsWith(prompt)) {
      if (Date.now() > deadline) throw new Error(`${name} gave no prompt:\n${said}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  await prompted();
  return {
    async wordsOf(typed) {
      said = '';
      shell.stdin.write(`mkdeb ${typed}${insertAll}\r`);
      await prompted();
      return [...said.matchAll(/^word:(.*):\r?$/gm)].map(([, word = '']) => word);
    },
    async end() {
      shell.stdin.end('exit\r');
      if (shell.exitCode === null) await once(shell, 'exit');
    },
  };
}
