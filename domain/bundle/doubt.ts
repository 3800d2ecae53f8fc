import { millisOf } from '../encoding/instant.js';
import type { BundleTree } from './bundle-tree.js';
import type { Walked } from './walk-entries.js';

/** What a key signed after the time from which somebody else may have had it, as the authority declared. */
export interface Doubt {
  readonly kid: string;
  readonly since: string;
  readonly reason: string;
  /** Index of the first entry in doubt. */
  readonly first: number;
  readonly entries: number;
}

/** A witness that cosigned the tree before the key was lost saw the entries before anybody could have forged them. */
const isSeenBefore = (tree: BundleTree, since: string): boolean =>
  tree.quorum && tree.cosignatures.every(({ time }) => time < millisOf(since) / 1000);

/**
 * Entries whose signatures are good and yet may be a thief's: signed with a key that was declared compromised, and recorded at or
 * after the time that the declaration names. The time of recording is the signer's word: a thief could have set it back.
 */
export const doubtsOf = ({ linked, keyring }: Walked, tree: BundleTree): ReadonlyArray<Doubt> =>
  [...keyring.values()].flatMap(({ kid, compromised }) => {
    if (compromised === null || isSeenBefore(tree, compromised.since)) return [];
    const { since, reason } = compromised;
    const [first, ...more] = linked.filter(({ envelope }) => envelope.kid === kid && envelope.recordedAt >= since);
    return first === undefined ? [] : [{ kid, since, reason, first: first.stored.index, entries: 1 + more.length }];
  });
