import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { toBase64, utf8 } from '../../../../domain/encoding/bytes.js';
import { leafBytes } from '../../../../domain/ledger/leaf.js';
import type { EntryEngines } from '../../../../domain/ledger/ledger.js';
import { verifyInclusion } from '../../../../domain/ledger/merkle-proof.js';
import type { Checkpoint } from '../../../../domain/transparency/checkpoint.js';
import type { Note } from '../../../../domain/transparency/note.js';
import { judgeCheckpoint, openByPolicy, type PolicyRefusal } from '../../../../domain/transparency/policy-check.js';
import { parseTlogProof, type TlogProof } from '../../../../domain/transparency/tlog-proof.js';
import type { VerifierKey } from '../../../../domain/transparency/verifier-key.js';
import { parseWitnessPolicy } from '../../../../domain/transparency/witness-policy.js';
import { failed, open, proved, type Step } from './step.js';

export interface SignedTree {
  readonly checkpoint: Checkpoint;
  readonly note: Note;
  readonly proof: TlogProof;
}

const TREE = 'The pinned key signed the log';

const refusalText = (refusal: PolicyRefusal): string => {
  switch (refusal._tag) {
    case 'Malformed':
      return `its ${refusal.field} ${refusal.rule}`;
    case 'UnknownLog':
      return `it is of another log, ${refusal.origin}`;
    case 'LogSignatureMissing':
    case 'NoKnownSignature':
      return 'the pinned key signed none of it; a log whose key was replaced has to be pinned anew';
    case 'QuorumMissing':
      return `only these witnesses cosigned it: ${refusal.cosignedBy.join(', ') || 'none'}`;
    case 'SignatureInvalid':
    case 'AmbiguousKeys':
      return `the signature by ${refusal.name} is none`;
  }
};

/** Left: the step that failed. */
export const checkTree = (
  { verifyEd25519 }: EntryEngines,
  key: VerifierKey,
  bytes: Uint8Array,
): E.Either<Step, SignedTree> =>
  pipe(
    parseTlogProof(bytes),
    E.mapLeft(({ field, rule }) => failed(TREE, `The proof can not be read: its ${field} ${rule}.`)),
    E.flatMap((proof) =>
      pipe(
        openByPolicy(
          verifyEd25519,
          { logs: [{ key, url: undefined }], witnesses: [], quorum: { _tag: 'None' } },
          proof.checkpoint,
        ),
        E.bimap(
          (refusal) => failed(TREE, `Its checkpoint does not count: ${refusalText(refusal)}.`),
          ({ checkpoint, note }) => ({ checkpoint, note, proof }),
        ),
      ),
    ),
  );

export const treeStep = ({ checkpoint: { origin, size, root } }: SignedTree): Step =>
  proved(TREE, `${origin}, ${String(size)} entries, root ${toBase64(root)}.`);

const PLACE = 'The entry is in that log, at its place';

export const inclusionStep = (
  { hashing }: EntryEngines,
  { checkpoint: { size, root }, proof }: SignedTree,
  index: number,
  bytes: Uint8Array,
): Step => {
  const leaf = leafBytes(hashing, bytes);
  const isIn = proof.index === index && verifyInclusion(hashing, { index, size, leaf, root }, proof.hashes);
  return isIn
    ? proved(
        PLACE,
        `Entry ${String(index)} of ${String(size)}, by ${String(proof.hashes.length)} hashes from its own to the signed root.`,
      )
    : failed(PLACE, `These bytes are not entry ${String(index)} of the log that was signed.`);
};

const WITNESSES = 'Witnesses saw the same log';

/** Without a policy, cosignatures are other people's lines by names that nobody vouched for. */
export const witnessStep = (
  { hashing, verifyEd25519 }: EntryEngines,
  { note }: SignedTree,
  key: VerifierKey,
  policyText: string,
): Step => {
  const others = note.signatures.filter(({ name }) => name !== key.name).map(({ name }) => name);
  if (policyText.trim() === '') {
    const names =
      others.length === 0 ? 'Nobody else signed it.' : `Lines by ${others.join(', ')} are there and were not checked.`;
    return open(WITNESSES, `No witnesses were asked for. ${names}`);
  }
  return pipe(
    parseWitnessPolicy(hashing, utf8(policyText.endsWith('\n') ? policyText : `${policyText}\n`)),
    E.mapLeft(({ field, rule }) => failed(WITNESSES, `The policy can not be read: ${field} ${rule}.`)),
    E.flatMap((policy) =>
      pipe(
        judgeCheckpoint(verifyEd25519, { ...policy, logs: [{ key, url: undefined }] }, note),
        E.mapLeft((refusal) => failed(WITNESSES, `The policy is not met: ${refusalText(refusal)}.`)),
      ),
    ),
    E.match(
      (step) => step,
      ({ cosignatures }) =>
        proved(WITNESSES, `Cosigned by ${cosignatures.map(({ witness }) => witness.name).join(', ')}.`),
    ),
  );
};
