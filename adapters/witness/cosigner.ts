import * as E from 'fp-ts/lib/Either.js';
import { concat, utf8 } from '../../domain/encoding/bytes.js';
import type { VerifyEd25519 } from '../../domain/ports.js';
import type { Cosigned, Cosigner, QuorumNotReached, WitnessFault } from '../../domain/transparency/cosigner.js';
import { formatSignatureLines, type NoteSignature } from '../../domain/transparency/note.js';
import { meetsQuorum } from '../../domain/transparency/quorum.js';
import type { PolicyWitness, WitnessPolicy } from '../../domain/transparency/witness-policy.js';
import { createWitnessClient, type WitnessClient } from './witness-client.js';

export interface CosignerOptions {
  readonly policy: WitnessPolicy;
  readonly verifyEd25519: VerifyEd25519;
  /** One request to one witness. */
  readonly timeoutMillis?: number;
  /** All attempts with all witnesses. */
  readonly deadlineMillis?: number;
  /** How long to wait for more once there are enough. */
  readonly graceMillis?: number;
}

const DEFAULTS = { timeoutMillis: 5000, deadlineMillis: 15_000, graceMillis: 200 } as const;

interface Answer {
  readonly witness: PolicyWitness;
  readonly result: E.Either<WitnessFault, ReadonlyArray<NoteSignature>>;
}

const hasUrl = (witness: PolicyWitness): witness is PolicyWitness & { readonly url: string } =>
  witness.url !== undefined;

const cosignersOf = (answers: ReadonlyArray<Answer>): ReadonlyArray<PolicyWitness> =>
  answers.flatMap(({ witness, result }) => (E.isRight(result) ? [witness] : []));

/** Resolves when all have answered, or enough and nobody else within the grace. */
const gather = async (
  asked: ReadonlyArray<Promise<Answer>>,
  isEnough: (answers: ReadonlyArray<Answer>) => boolean,
  graceMillis: number,
): Promise<ReadonlyArray<Answer>> => {
  const answers: Array<Answer> = [];
  let grace: NodeJS.Timeout | undefined;
  await new Promise<void>((resolve) => {
    if (asked.length === 0) resolve();
    for (const one of asked) {
      void one.then((answer) => {
        answers.push(answer);
        if (answers.length === asked.length) resolve();
        else if (isEnough(answers)) grace ??= setTimeout(resolve, graceMillis);
      });
    }
  });
  clearTimeout(grace);
  return [...answers];
};

const judge = (
  policy: WitnessPolicy,
  size: number,
  bytes: Uint8Array,
  answers: ReadonlyArray<Answer>,
): E.Either<QuorumNotReached, Cosigned> => {
  const cosignedBy = cosignersOf(answers).map(({ name }) => name);
  const failures = answers.flatMap(({ witness, result }) =>
    E.isLeft(result) ? [{ witness: witness.name, fault: result.left }] : [],
  );
  if (!meetsQuorum(policy.quorum, cosignersOf(answers)))
    return E.left({ _tag: 'QuorumNotReached', size, cosignedBy, failures });
  const lines = answers.flatMap(({ result }) => (E.isRight(result) ? result.right : []));
  return E.right({ bytes: concat(bytes, utf8(formatSignatureLines(lines))), cosignedBy, failures });
};

/** Asks all witnesses of the policy that have a URL, at once; a slow or broken one costs nothing once there are enough. */
export const createCosigner = (options: CosignerOptions): Cosigner => {
  const { policy, verifyEd25519, timeoutMillis, deadlineMillis, graceMillis } = { ...DEFAULTS, ...options };
  const clients: ReadonlyArray<readonly [PolicyWitness, WitnessClient]> = policy.witnesses
    .filter(hasUrl)
    .map((witness) => [witness, createWitnessClient({ verifyEd25519, witness, timeoutMillis })]);
  return (signed, prove) => async () => {
    const giveUp = new AbortController();
    const deadline = setTimeout(() => giveUp.abort(), deadlineMillis);
    const asked = clients.map(async ([witness, client]) => ({
      witness,
      result: await client(signed, prove, giveUp.signal),
    }));
    const answers = await gather(asked, (some) => meetsQuorum(policy.quorum, cosignersOf(some)), graceMillis);
    clearTimeout(deadline);
    giveUp.abort();
    return judge(policy, signed.checkpoint.size, signed.bytes, answers);
  };
};
