import pc from 'picocolors';

/** Where the demonstration tells what happens. Quiet: headings are left out, results are not. */
export interface Stage {
  readonly scene: (title: string, explanation: string) => void;
  readonly line: (text: string) => void;
  readonly good: (text: string) => void;
  readonly bad: (text: string) => void;
  readonly always: (text: string) => void;
  readonly paint: ReturnType<typeof pc.createColors>;
}

const WIDTH = 116;

const wrapped = (text: string): string => {
  const lines: Array<string> = [''];
  for (const word of text.split(' ')) {
    const last = lines.at(-1) ?? '';
    if (last.length + word.length + 1 > WIDTH) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines.map((line) => `  ${line}`).join('\n');
};

export const makeStage = (quiet: boolean, write: (text: string) => void): Stage => {
  const paint = pc.createColors(process.env['NO_COLOR'] === undefined && (pc.isColorSupported || process.stdout.isTTY));
  const line = (text: string): void => {
    if (!quiet) write(`  ${text}\n`);
  };
  let number = 0;
  return {
    paint,
    line,
    scene: (title, explanation) => {
      if (quiet) return;
      number += 1;
      write(`\n${paint.bold(paint.cyan(`${String(number)}. ${title}`))}\n${paint.dim(wrapped(explanation))}\n\n`);
    },
    good: (text) => line(`${paint.green('✔')} ${text}`),
    bad: (text) => line(`${paint.red('✘')} ${text}`),
    always: (text) => write(`${text}\n`),
  };
};
