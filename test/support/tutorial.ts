/** A block of commands in a document, and what the document says that it prints; `...` stands for anything in a line, or for lines. */
export interface Step {
  readonly commands: string;
  readonly printed: string;
}

const STEP = /^```sh\n([^]*?)^```\n(?:```text\n([^]*?)^```\n)?/gm;

/** Every `sh` block, in order. One that no `text` block follows prints nothing. */
export const stepsOf = (document: string): ReadonlyArray<Step> =>
  [...document.matchAll(STEP)].map(([, commands = '', printed = '']) => ({ commands, printed }));

const escaped = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');

const lineOf = (line: string): string =>
  line === '...' ? '(?:[^\\n]*\\n)*?' : `${line.split('...').map(escaped).join('[^\\n]*?')}\\n`;

/** Matches the whole of what may be printed. */
export const patternOf = ({ printed }: Step): RegExp =>
  new RegExp(`^${printed.split('\n').slice(0, -1).map(lineOf).join('')}$`);

/** All steps in one shell, as somebody types them; each one's output in a file. A command that fails says so in it. */
export const scriptOf = (folder: string, steps: ReadonlyArray<Step>): string =>
  [
    `trap 'echo "failed: $BASH_COMMAND ($?)"' ERR`,
    ...steps.map((_, i) => `source ${folder}/${String(i)}.sh > ${folder}/${String(i)}.out 2>&1`),
    '',
  ].join('\n');
