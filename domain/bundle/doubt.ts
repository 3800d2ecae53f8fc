import { millisOf } from '../encoding/instant.js';
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

/**
 * Entries whose signatures are good and yet may be a thief's: signed with a key that was declared compromised. What enough
 * witnesses had cosigned before (`witnessed`, POSIX seconds) nobody can have forged since.
 */
export const doubtsOf = ({ linked, keyring }: Walked, witnessed: number | undefined): ReadonlyArray<Doubt> =>
  [...keyring.values()].flatMap(({ kid, compromised }) => {
    if (compromised === null || (witnessed ?? Infinity) * 1000 < millisOf(compromised.since)) return [];
    const { since, reason } = compromised;
    const signed = linked.filter(({ envelope }) => envelope.kid === kid);
    const later = signed.filter(({ envelope }) => envelope.recordedAt >= since);
    if (signed.length === 0) return [];
    const saidEarlier = signed.length - later.length;
    return [{ kid, since, reason, entries: later.length, first: later[0]?.stored.index, saidEarlier }];
  });
