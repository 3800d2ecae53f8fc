import type { DoubtView } from '../http/codecs/doubts.js';
import { when } from './terminal.js';

const plural = (count: number, one: string, many: string): string => `${String(count)} ${count === 1 ? one : many}`;

const entries = (count: number): string => plural(count, 'entry', 'entries');

type Span = NonNullable<DoubtView['later']>;

const spanText = ({ entries: count, first, last }: Span): string =>
  `${entries(count)} from ${String(first.index)} to ${String(last.index)}, recorded ${when(first.at)} to ${when(last.at)}`;

/** What is in doubt of a key that signs no entries. */
const elsewhere = (purpose: string): ReadonlyArray<string> => {
  switch (purpose) {
    case 'log':
      return ['It signs no entries. In doubt is every checkpoint that came since then without a quorum of witnesses.'];
    case 'token':
      return ['It signs no entries. In doubt is every token that was shown since then.'];
    default:
      return [];
  }
};

const witnessedText = ({ witnessed }: DoubtView): string =>
  witnessed === null
    ? 'No witnessed checkpoint from before is kept, so everything that it signed is in doubt.'
    : `Not in doubt is what stands below entry ${String(witnessed.size)}: witnesses had cosigned that by ${when(witnessed.at)}.`;

/** What one compromised key leaves in doubt, in lines for people. */
export const doubtLines = (doubt: DoubtView): ReadonlyArray<string> => {
  const { kid, purpose, since, reason, later, earlier, types, brought } = doubt;
  const head = `Key ${kid} (${purpose}) was declared compromised since ${when(since)}: ${reason}`;
  const signed = elsewhere(purpose);
  if (signed.length > 0) return [head, ...signed.map((line) => `  ${line}`)];
  const found = [
    ...(later === null ? [] : [`since then: ${spanText(later)}`]),
    ...(earlier === null ? [] : [`with an earlier time, which it could have set back: ${spanText(earlier)}`]),
  ];
  return [
    head,
    ...(found.length === 0 ? ['  Nothing that it signed is in doubt.'] : found.map((line) => `  In doubt ${line}`)),
    ...(types.length === 0
      ? []
      : [`  By kind: ${types.map((each) => `${each.type} ${String(each.entries)}`).join(', ')}`]),
    ...(brought.length === 0
      ? []
      : [
          `  Keys that came by entries in doubt: ${brought.join(', ')}. Have the operator confirm each, or declare it as well.`,
        ]),
    `  ${witnessedText(doubt)}`,
  ];
};
