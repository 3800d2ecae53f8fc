import type { Envelope } from './envelope.js';
import { AUTHORITY_STREAM, type Compromise, type KeyPurpose, type Keyring, type SigningKey } from './keyring.js';

/** A tree that enough witnesses had cosigned: how many entries it has, and when the last of them that it took did so. */
export interface WitnessedSize {
  readonly size: number;
  readonly at: string;
}

/** The largest tree that was witnessed before a time, if any was. The caller checked it, and that this ledger continues it. */
export type WitnessedBefore = (since: string) => WitnessedSize | undefined;

/** Entries of one kind, from where to where in the ledger. Times are what the entries say. */
export interface Span {
  readonly entries: number;
  readonly first: { readonly index: number; readonly at: string };
  readonly last: { readonly index: number; readonly at: string };
}

/** What a key signed that somebody else may have had, as far as nobody but its signatures vouches for it. */
export interface Doubt extends Compromise {
  readonly kid: string;
  readonly purpose: KeyPurpose;
  /** What is in this tree nobody can have forged since: it is not in doubt. */
  readonly witnessed: WitnessedSize | undefined;
  /** Entries recorded since then. */
  readonly later: Span | undefined;
  /** Entries that say they are older. The time of recording is the signer's word: a thief could have set it back. */
  readonly earlier: Span | undefined;
  readonly types: ReadonlyArray<{ readonly type: string; readonly entries: number }>;
  /** Keys that entries in doubt brought into use: all that they signed is no better than that. */
  readonly brought: ReadonlyArray<string>;
}

export interface LostKey extends SigningKey {
  readonly compromised: Compromise;
}

/** Keys that the authority declared compromised, in the order in which it had introduced them. */
export const lostKeys = (keyring: Keyring): ReadonlyArray<LostKey> =>
  [...keyring.values()].flatMap(({ compromised, ...key }) => (compromised === null ? [] : [{ ...key, compromised }]));

interface Count {
  readonly key: LostKey;
  readonly witnessed: WitnessedSize | undefined;
  readonly types: Map<string, number>;
  readonly brought: Array<string>;
  later: Span | undefined;
  earlier: Span | undefined;
}

const grown = (span: Span | undefined, index: number, at: string): Span => ({
  entries: (span?.entries ?? 0) + 1,
  first: span?.first ?? { index, at },
  last: { index, at },
});

/** An authority key counts from the entry behind the one that brings it, all others from that one on. */
const broughtBy = (keyring: Keyring, index: number): ReadonlyArray<string> =>
  [...keyring.values()].flatMap(({ kid, purpose, from }) =>
    from === (purpose === 'authority' ? index + 1 : index) ? [kid] : [],
  );

const doubtOf = ({ key: { kid, purpose, compromised }, witnessed, later, earlier, types, brought }: Count): Doubt => ({
  kid,
  purpose,
  ...compromised,
  witnessed,
  later,
  earlier,
  types: [...types].map(([type, entries]) => ({ type, entries })),
  brought,
});

/** A count under way: entries go in by index. */
export interface DoubtCount {
  /** Whether the entry, whose signature is good, may be a thief's all the same. */
  readonly take: (index: number, envelope: Envelope) => boolean;
  /** One for each key that was declared compromised. */
  readonly doubts: () => ReadonlyArray<Doubt>;
}

/** Counts what is in doubt, without holding it. `keyring`: as the whole ledger has it, declarations at its end included. */
export const createDoubtCount = (keyring: Keyring, witnessedBefore: WitnessedBefore): DoubtCount => {
  const counts = new Map<string, Count>();
  for (const key of lostKeys(keyring)) {
    const witnessed = witnessedBefore(key.compromised.since);
    counts.set(key.kid, { key, witnessed, types: new Map(), brought: [], later: undefined, earlier: undefined });
  }
  const take = (index: number, { kid, stream, type, recordedAt }: Envelope): boolean => {
    const count = counts.get(kid);
    if (count === undefined || index < (count.witnessed?.size ?? 0)) return false;
    if (recordedAt >= count.key.compromised.since) count.later = grown(count.later, index, recordedAt);
    else count.earlier = grown(count.earlier, index, recordedAt);
    count.types.set(type, (count.types.get(type) ?? 0) + 1);
    if (stream === AUTHORITY_STREAM) count.brought.push(...broughtBy(keyring, index));
    return true;
  };
  return { take, doubts: () => [...counts.values()].map(doubtOf) };
};
