import { hostTrustAt, type TrustState } from './host-trust-at.js';
import type { HostTrustRow } from './host-trust-row.js';

/** A row as it was from a time until the next one, or until the moment of asking. */
export interface TrustSpan {
  readonly row: HostTrustRow;
  readonly index: number;
  readonly from: string;
  readonly until: string;
}

/** A time in which a host's state, and the reasons for it, stayed the same. */
export interface TrustBand {
  readonly state: TrustState;
  readonly reasons: ReadonlyArray<string>;
  /** What it began with; null: with no event, but with time going by. */
  readonly index: number | null;
  readonly from: string;
  readonly until: string;
}

/** Evidence grows old without an event: one row may be two states, one behind the other. */
const bandsOf = ({ row, index, from, until }: TrustSpan): ReadonlyArray<TrustBand> => {
  const [first, last] = [hostTrustAt(row, from), hostTrustAt(row, until)];
  const ended = row.verdict?.notAfter;
  const band = { state: first.state, reasons: first.reasons, index, from };
  if (ended === undefined || first.state === last.state) return [{ ...band, until }];
  return [
    { ...band, until: ended },
    { state: last.state, reasons: last.reasons, index: null, from: ended, until },
  ];
};

const isSame = (a: TrustBand, b: TrustBand): boolean =>
  a.state === b.state && a.reasons.join() === b.reasons.join() && a.until === b.from;

/** What a host's trust was from the first of these spans to the last; spans are in their order. */
export const trustBands = (spans: ReadonlyArray<TrustSpan>): ReadonlyArray<TrustBand> => {
  const bands: Array<TrustBand> = [];
  for (const band of spans.flatMap(bandsOf)) {
    const before = bands.at(-1);
    if (before !== undefined && isSame(before, band)) bands[bands.length - 1] = { ...before, until: band.until };
    else bands.push(band);
  }
  return bands;
};
