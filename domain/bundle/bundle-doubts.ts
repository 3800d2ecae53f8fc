import { instantOf } from '../encoding/instant.js';
import { createDoubtCount, type Doubt } from '../ledger/doubt.js';
import type { TrustedCheckpoint } from '../transparency/policy-check.js';
import type { WitnessPolicy } from '../transparency/witness-policy.js';
import { witnessedAt } from '../transparency/witnessed-at.js';
import type { Walked } from './walk-entries.js';

/** What of a bundle lost keys leave in doubt: not what enough witnesses of the reader's policy had cosigned before. */
export const doubtsOf = (
  { linked, keyring }: Walked,
  policy: WitnessPolicy | undefined,
  { checkpoint: { size }, cosignatures }: TrustedCheckpoint,
): ReadonlyArray<Doubt> => {
  const seconds = policy && witnessedAt(policy, cosignatures);
  const witnessed = seconds === undefined ? undefined : { size, at: instantOf(seconds * 1000) };
  const count = createDoubtCount(keyring, (since) => (witnessed && witnessed.at < since ? witnessed : undefined));
  for (const { stored, envelope } of linked) count.take(stored.index, envelope);
  return count.doubts().filter(({ later, earlier }) => later !== undefined || earlier !== undefined);
};
