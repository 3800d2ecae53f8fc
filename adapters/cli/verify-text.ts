import type { Verified } from '../http/codecs/audit.js';
import type { Cli } from './action.js';
import { doubtLines } from './doubt-text.js';
import { type Paint, printable } from './terminal.js';

const count = (n: number): string => n.toLocaleString('en-US');

/** How far the check of a ledger is and how fast it goes; at the end, that it ends. */
export interface VerifyProgress {
  readonly step: (checked: number, all: number) => void;
  readonly end: () => void;
}

const EVERY_MS = 250;
const ERASE = '\r\u001b[K';

/** On a terminal alone, so that nothing else is in what a program reads. `now`: milliseconds that only grow. */
export const verifyProgress = ({ terminal }: Pick<Cli, 'terminal'>, now: () => number): VerifyProgress => {
  const began = now();
  let told = began;
  return {
    step: (checked, all) => {
      if (!terminal.isTty || now() - told < EVERY_MS) return;
      told = now();
      const rate = Math.round((checked * 1000) / (told - began));
      terminal.err(`${ERASE}${count(checked)} of ${count(all)} entries checked, ${count(rate)} a second`);
    },
    end: () => {
      if (terminal.isTty && told !== began) terminal.err(ERASE);
    },
  };
};

const readModelsText = ({ readModels: { state, entries } }: Verified): string => {
  switch (state) {
    case 'compared':
      return `The read models are what ${count(entries)} entries make of them.`;
    case 'partly':
      return `The read models were compared up to entry ${count(entries)} only: behind it the ledger is damaged.`;
    case 'absent':
      return 'There are no read models to compare.';
    case 'untold':
      return 'Read models were not compared: this authority does not do that yet.';
    case 'outdated':
      return 'The read models are of another version, or unfinished; the next start makes them anew.';
  }
};

const UNKNOWN = [
  'What witnesses had cosigned can not be told from this folder, because other nodes publish as well: so all that these keys',
  'signed is counted. A node that serves knows more.',
];

const doubtText = (paint: Paint, { doubts, cosigned }: Verified): ReadonlyArray<string> =>
  doubts.length === 0
    ? []
    : [
        '',
        paint.yellow('Good signatures are not enough for all of them:'),
        ...doubts.flatMap((doubt) => doubtLines(doubt).map((line) => `  ${printable(line)}`)),
        ...(cosigned === 'unknown' ? UNKNOWN : []),
        'sekisho signing-key doubt lists them.',
      ];

const WHOLE = 'every form, event, chain, id, time and signature.';

const foundText = (paint: Paint, verified: Verified): ReadonlyArray<string> => {
  const { size, root, faults, faultCount } = verified;
  if (faultCount === 0) {
    return [`${paint.green(`${count(size)} entries are whole:`)} ${WHOLE}`, readModelsText(verified), `Root ${root}`];
  }
  return [
    paint.red(`The ledger is DAMAGED: ${count(faultCount)} findings in ${count(size)} entries.`),
    ...faults.map(({ text }) => `  ${printable(text)}`),
    ...(faultCount > faults.length ? [`  and ${count(faultCount - faults.length)} more`] : []),
    ...(verified.readModels.state === 'partly' ? [readModelsText(verified)] : []),
  ];
};

export const verifiedText = (paint: Paint, verified: Verified): string =>
  [...foundText(paint, verified), ...doubtText(paint, verified)].join('\n');
