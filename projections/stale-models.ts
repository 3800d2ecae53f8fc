import { type AttestationPolicy, DEFAULT_POLICY } from '../domain/appraisal/policy.js';
import { isStaleListing } from '../domain/reference/stale-models.js';
import { POLICY_KEY, type ReferenceRow, type TpmModelRow } from './reference-row.js';

/** Of those that count: what was taken off the list is no older for it. */
export const isStaleModel = ({ asOf, delisted }: TpmModelRow, policy: AttestationPolicy, now: string): boolean =>
  delisted === null && isStaleListing(asOf, policy, now);

/** How many models count although policy wants them looked up again. */
export const staleModelsIn = (rows: ReadonlyMap<string, ReferenceRow>, now: string): number => {
  const row = rows.get(POLICY_KEY);
  const policy = row?.kind === 'policy' ? row.policy : DEFAULT_POLICY;
  return [...rows.values()].filter((each) => each.kind === 'tpm-model' && isStaleModel(each, policy, now)).length;
};
