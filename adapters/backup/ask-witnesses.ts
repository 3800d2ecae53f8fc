import * as E from 'fp-ts/lib/Either.js';
import type * as T from 'fp-ts/lib/Task.js';
import type { ProveConsistency } from '../../domain/transparency/cosigner.js';
import type { SignedCheckpoint } from '../../domain/transparency/log-state.js';
import type { WitnessPolicy } from '../../domain/transparency/witness-policy.js';
import { entryEngines } from '../crypto/engines.js';
import { createWitnessClient } from '../witness/witness-client.js';

export interface Asked {
  /** Witnesses that know nothing beyond the checkpoint. */
  readonly proved: ReadonlyArray<string>;
  /** Those that could not say. */
  readonly unreachable: ReadonlyArray<string>;
  /** The one that saw most, if it saw more than the checkpoint. */
  readonly ahead: { readonly witness: string; readonly size: number } | undefined;
}

const PATIENCE_MS = 15_000;

/** Asks every witness to cosign a checkpoint that was signed long ago: it does so only if it saw nothing larger. */
export const largestKnown =
  (policy: WitnessPolicy, signed: SignedCheckpoint, prove: ProveConsistency): T.Task<Asked> =>
  async () => {
    const answers = await Promise.all(
      policy.witnesses.map(async ({ url, ...witness }) => {
        if (url === undefined) return { witness: witness.name, answer: undefined };
        const { verifyEd25519 } = entryEngines;
        const ask = createWitnessClient({ verifyEd25519, witness: { ...witness, url }, timeoutMillis: 5_000 });
        return { witness: witness.name, answer: await ask(signed, prove, AbortSignal.timeout(PATIENCE_MS)) };
      }),
    );
    const ahead = answers.flatMap(({ witness, answer }) =>
      answer !== undefined && E.isLeft(answer) && answer.left._tag === 'WitnessAhead'
        ? [{ witness, size: answer.left.size }]
        : [],
    );
    return {
      proved: answers.flatMap(({ witness, answer }) => (answer !== undefined && E.isRight(answer) ? [witness] : [])),
      unreachable: answers.flatMap(({ witness, answer }) =>
        answer === undefined || (E.isLeft(answer) && answer.left._tag !== 'WitnessAhead') ? [witness] : [],
      ),
      ahead: ahead.sort((a, b) => b.size - a.size)[0],
    };
  };
