import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { instantOf } from '../encoding/instant.js';
import type { VerifyEd25519 } from '../ports.js';
import { openByPolicy, type PolicyRefusal } from './policy-check.js';
import type { WitnessPolicy } from './witness-policy.js';
import { witnessedAt } from './witnessed-at.js';

/** A checkpoint that enough witnesses cosigned: how long the log was then, by the word of people who don't run it. */
export interface WitnessedTree {
  readonly size: number;
  readonly root: Uint8Array;
  /** When the quorum was complete. */
  readonly at: string;
  readonly by: ReadonlyArray<string>;
}

/** Checks a checkpoint's signatures by a policy that asks for witnesses; undefined where it asks for none. */
export const openWitnessed = (
  verify: VerifyEd25519,
  policy: WitnessPolicy,
  bytes: Uint8Array,
): E.Either<PolicyRefusal, WitnessedTree | undefined> =>
  pipe(
    openByPolicy(verify, policy, bytes),
    E.map(({ checkpoint: { size, root }, cosignatures }) => {
      const seconds = witnessedAt(policy, cosignatures);
      if (seconds === undefined) return undefined;
      return { size, root, at: instantOf(seconds * 1000), by: cosignatures.map(({ witness }) => witness.name) };
    }),
  );
