import guardReasons from '../../../docs/guard-reasons.md';
import reasons from '../../../docs/reasons.md';
import releaseReasons from '../../../docs/release-reasons.md';

/** What a code means, and what to do about it. */
export interface Meaning {
  readonly meaning: string;
  readonly advice: string;
}

export type Meanings = ReadonlyMap<string, Meaning>;

const ROW = /^\| `(\w+)` \| (.*?) \| (.*?) \|$/gm;

const plain = (text: string): string => text.replaceAll('`', '').replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1');

/** The very tables of the documentation, which tests hold against the codes that there are. */
export const MEANINGS: Meanings = new Map(
  [releaseReasons, guardReasons, reasons].flatMap((text) =>
    [...text.matchAll(ROW)].map(([, code = '', meaning = '', advice = '']) => [
      code,
      { meaning: plain(meaning), advice: plain(advice) },
    ]),
  ),
);
