import { millisOf } from '../encoding/instant.js';
import type { BundleTree } from './bundle-tree.js';
import type { Walked } from './walk-entries.js';

/** What a key signed after the time from which somebody else may have had it, as the authority declared. */
export interface Doubt {
  readonly kid: string;
  readonly since: string;
  readonly reason: string;
  /** Entries recorded since then, and the index of the first one. */
  readonly entries: number;
  readonly first: number | undefined;
  /** Entries that say they are older. The time of recording is the signer's word: a thief could have set it back. */
  readonly saidEarlier: number;
}

/** A witness that cosigned the tree before the key was lost saw the entries before anybody could have forged them. */
const isSeenBefore = (tree: BundleTree, since: string): boolean =>
  tree.quorum && tree.cosignatures.every(({ time }) => time < millisOf(since) / 1000);

/** Entries whose signatures are good and yet may be a thief's: signed with a key that was declared compromised. */
export const doubtsOf = ({ linked, keyring }: Walked, tree: BundleTree): ReadonlyArray<Doubt> =>
  [...keyring.values()].flatMap(({ kid, compromised }) => {
    if (compromised === null || isSeenBefore(tree, compromised.since)) return [];
    const { since, reason } = compromised;
    const signed = linked.filter(({ envelope }) => envelope.kid === kid);
    const later = signed.filter(({ envelope }) => envelope.recordedAt >= since);
    if (signed.length === 0) return [];
    const saidEarlier = signed.length - later.length;
    return [{ kid, since, reason, entries: later.length, first: later[0]?.stored.index, saidEarlier }];
  });
