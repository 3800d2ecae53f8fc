import { DoubtsAnswer } from '../../http/codecs/doubts.js';
import type { AddCommand } from '../action.js';
import { wholeNumber } from '../as-of-options.js';
import { doubtLines } from '../doubt-text.js';
import { online } from '../online.js';
import { asOfText, showAnswer } from '../show-answer.js';
import { type Paint, printable, tableOf, when } from '../terminal.js';

const listText = (paint: Paint, { entries, nextCursor, more }: DoubtsAnswer): ReadonlyArray<string> => {
  if (entries.length === 0) return [];
  const rows = entries.map(({ index, recordedAt, stream, revision, type, kid }) => [
    String(index),
    when(recordedAt),
    printable(stream),
    String(revision),
    type,
    kid,
  ]);
  const left = nextCursor === null ? [] : [`and ${String(more)} more: --from ${String(nextCursor)}`];
  return ['', tableOf(paint, ['entry', 'recorded', 'stream', 'revision', 'event', 'key'], rows), ...left];
};

const text =
  (paint: Paint) =>
  (answer: DoubtsAnswer): string => {
    const { doubts } = answer;
    const none = ['Nothing is in doubt: no key that was asked about was declared compromised.'];
    const found = doubts.flatMap((doubt) => doubtLines(doubt).map(printable));
    return [...(doubts.length === 0 ? none : found), ...listText(paint, answer), asOfText(answer)].join('\n');
  };

const HELP = `
An entry is in doubt when a key that was declared compromised signed it, whatever time it gives, unless a quorum of the
log's witnesses had cosigned a checkpoint over it before the key may have been lost. Such checkpoints are kept, one an hour.
Verdicts and releases of keys are listed; --all lists every entry.

Examples:
  $ sekisho signing-key doubt --dir ./authority
  $ sekisho signing-key doubt 3f2a9c0d51b7e846 --all --json --dir ./authority`;

/** The answer to a compromised key: what it may have signed for somebody else. */
export const addDoubt: AddCommand = (parent, cli) => {
  const command = parent
    .command('doubt [kid]')
    .description(
      'what keys that were declared compromised leave in doubt: counted by kind, verdicts and releases listed',
    )
    .option('--all', 'list every entry in doubt, not verdicts and releases alone')
    .option('--from <n>', 'list from this entry on', wholeNumber)
    .option('--limit <n>', 'how many entries, at most 500', wholeNumber, 100)
    .addHelpText('after', HELP);
  online(cli, command, (given) => {
    const { all, from, limit } = given.options;
    const query = {
      kid: given.args[0],
      all: all === true ? 'yes' : undefined,
      from: from as number | undefined,
      limit: Number(limit),
    };
    const call = { operation: 'listDoubts', method: 'GET', path: '/v1/signing-keys/doubts', query } as const;
    return showAnswer(given, call, DoubtsAnswer, text(given.paint));
  });
};
